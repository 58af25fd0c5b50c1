"""Which rows count: the newest accepted state of a dossier with its children, and where each other row went.

Here: section 2 of `contract.md` and the terms of `indicators.md`, by loops over plain records; every rule stands beside
the sentence it comes from. Not here: which of several rows of a key is the newest (newest), for which unit a dossier
counts (receiving), figures, any SQL.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from .newest import is_too_new, newest, newness
from .periods import periods
from .receiving import feedback_homes_of, handled_by, handler_told, homes_of
from .records import C, DossierState, Fee, Feedback, Figure, PortalPoints, Progress, R, Row, Unit
from .registers import REPORTED, Task, UnitChange, plan_tasks
from .settled import Dossier, Records, Settled
from .units import sound_units

# ---- terms of indicators.md -------------------------------------------------------------------------------


def day_of(moment: datetime | None) -> date | None:
    """Rule: "All comparisons are on calendar dates in Asia/Ho_Chi_Minh"; the fields are local times already."""
    return None if moment is None else moment.date()


def finished_day(state: DossierState) -> date | None:
    """Apply the rule quoted here.

    "for status 7, 9 and 10 only: date of NgayKetThucXuLy, else of NgayTra; for other statuses null, whatever the fields
    say".
    """
    if state.TrangThaiHoSo not in (7, 9, 10):
        return None
    return day_of(state.NgayKetThucXuLy) or day_of(state.NgayTra)


def row_rule_broken(row: Row) -> str | None:
    """Return the rule that a row breaks by itself, or null."""
    if isinstance(row, DossierState):
        return state_rule_broken(row)
    # Only a sync message may lack the status, and then it tells nothing else of the payment.
    if isinstance(row, Fee) and row.TrangThaiThanhToan is None and (row.HinhThucThanhToan or row.NgayThuPhi):
        return "payment_without_status"
    # "TuSo > MauSo -> `numerator_over_denominator`"
    if isinstance(row, Figure) and row.TuSo > row.MauSo:
        return "numerator_over_denominator"
    # "TyLe (0–100)"
    if isinstance(row, Progress) and row.TyLe is not None and row.TyLe > 100:
        return "share_over_100"
    return None


def state_rule_broken(state: DossierState) -> str | None:
    """Return the same of a dossier row.

    Reliability.md, "Values", "To quarantine".
    """
    # "An update time more than a day after its business day is wrong and rejects the row"
    if is_too_new(state):
        return "newer_than_business_day"
    # "`DaXoa=1` is a tombstone; its key alone is enough."
    if state.DaXoa == 1:
        return None
    received, finished = day_of(state.NgayTiepNhan), finished_day(state)
    # "status 2 and above without a received date"
    if received is None and state.TrangThaiHoSo != 1:
        return "no_received_date"
    # "9 or 10 without any finish date"
    if finished is None and state.TrangThaiHoSo in (9, 10):
        return "no_finish_date"
    # "finished before received"
    if received is not None and finished is not None and finished < received:
        return "finished_before_received"
    # "received or finished after the business day"
    if received is not None and received > state.business_day:
        return "received_after_business_day"
    if finished is not None and finished > state.business_day:
        return "finished_after_business_day"
    return None


def state_rejection(state: DossierState, settled: Settled) -> str | None:
    """Return why a dossier row is not a state at all, or null."""
    broken = row_rule_broken(state)
    if broken:
        return broken
    if state.DaXoa == 1:
        return None
    # "unknown unit or procedure"; the unit that handles it must be known as well as the one that received it
    handler = handled_by(state, settled.units, settled.names)
    if state.MaDonVi not in settled.units or handler not in settled.units:
        return "unknown_unit"
    if state.MaTTHC not in settled.procedures:
        return "unknown_procedure"
    # "a unit abolished before the dossier was received"
    abolished, received = settled.units[handler].HieuLucDen, day_of(state.NgayTiepNhan)
    if abolished is not None and received is not None and abolished < received:
        return "unit_abolished"
    return None


def figure_rejection(figure: Figure, units: dict[str, Unit], begun: set[str]) -> str | None:
    """Return why a reported figure is none, or null; of several reasons the first."""
    broken = row_rule_broken(figure)
    if broken:
        return broken
    if figure.MaDonVi not in units:
        return "unknown_unit"
    # "MaChiTieu is none of the 14 reported indicators"
    if figure.MaChiTieu not in REPORTED:
        return "unknown_goal"
    # "KyBaoCao has not begun or does not exist"
    if figure.KyBaoCao not in begun:
        return "unknown_period"
    return None


def accepted(rows: Iterable[R], rejection: Callable[[R], str | None], settled: Settled) -> list[R]:
    """Return the rows without a reason against them; the others go to quarantine with it."""
    found = []
    for row in rows:
        reason = rejection(row)
        if reason:
            settled.quarantine.append((reason, row))
        else:
            found.append(row)
    return found


def settle(
    records: Records,
    as_of: date = date(2024, 12, 31),
    tasks: Sequence[Task] | None = None,
    changes: Sequence[UnitChange] = (),
) -> Settled:
    """Judge every row: the dossiers in scope with their children, and where each other row went."""
    settled = Settled(units={}, as_of=as_of)
    settled.units = sound_units(records.units, settled)
    settled.procedures = {row.MaTTHC: row for row in newest(records.procedures, lambda row: row.MaTTHC, settled)}
    good = accepted(records.dossiers, lambda row: state_rejection(row, settled), settled)
    bad: dict[str, list[DossierState]] = defaultdict(list)
    states = newest(good, lambda row: row.MaHoSo, settled)
    for _, row in settled.quarantine:
        if isinstance(row, DossierState):
            bad[row.MaHoSo].append(row)
    believed: dict[str, list[DossierState]] = defaultdict(list)
    for row in good:
        if row not in bad[row.MaHoSo]:
            believed[row.MaHoSo].append(row)
    known = {state.MaHoSo for state in states}

    def children(rows: Sequence[C], *key: str) -> dict[str, list[C]]:
        # "a child whose dossier is unknown waits in quarantine"
        orphan = {False: "unknown_dossier", True: None}
        mine = accepted(rows, lambda row: row_rule_broken(row) or orphan[row.MaHoSo in known], settled)
        by_dossier: dict[str, list[C]] = defaultdict(list)
        for row in newest(mine, lambda row: (row.MaHoSo, *(getattr(row, k) for k in key)), settled):
            by_dossier[row.MaHoSo].append(row)
        return by_dossier

    of_dossier: dict[str, dict[str, Any]] = {
        "steps": children(records.steps, "ThoiDiemXuLy", "TrangThai"),
        "supplements": children(records.supplements, "NgayBoSung"),
        "components": children(records.components, "TepDinhKemId"),
        "results": children(records.results, "GiayToId"),
        "fees": children(records.fees, "MaPhiLePhi"),
        "ratings": children(records.ratings, "ThoiGianDanhGia"),
        "notices": children(records.notices, "NgayGui", "Kenh"),
        "letters": children(records.letters, "NgayXinLoi"),
    }
    # The portal's copy is a source of its own, not a child: it may know dossiers that the province does not.
    copies = {copy.MaHoSo: copy for copy in newest(records.copies, lambda row: row.MaHoSo, settled)}
    settle_reports(records, settled, {period.code for period in periods(as_of)}, tasks)
    rejected = [row for _, row in settled.quarantine if isinstance(row, Feedback)]
    for item in settled.feedback:
        mine = [row for row in records.feedback if row.MaPhanAnh == item.MaPhanAnh and row not in rejected]
        reports = [(newness(row), row) for row in mine]
        settled.feedback_homes[item.MaPhanAnh] = feedback_homes_of(item, reports, settled.units, changes)

    for state in states:
        # "**in scope**: accepted, not deleted, status not 1 or 3"
        if state.DaXoa == 1 or state.TrangThaiHoSo in (1, 3):
            continue
        # Rows without these were rejected before.
        assert state.MaDonVi is not None and state.TrangThaiHoSo is not None and state.NgayTiepNhan is not None
        assert state.MaTTHC is not None
        own: dict[str, Any] = {name: rows[state.MaHoSo] for name, rows in of_dossier.items()}
        settled.dossiers.append(
            Dossier(
                code=state.MaHoSo,
                homes=homes_of(
                    state,
                    [(newness(row), row) for row in believed[state.MaHoSo]],
                    settled.units,
                    settled.names,
                    changes,
                ),
                handling_unit_unknown=bool(state.DonViXuLy)
                and handler_told(state, settled.units, settled.names) is None,
                as_of=as_of,
                received_by=state.MaDonVi,
                status=state.TrangThaiHoSo,
                channel=state.KenhThucHien,
                received=state.NgayTiepNhan.date(),
                due=day_of(state.NgayHenTra),
                finished=finished_day(state),
                finished_at=None if finished_day(state) is None else state.NgayKetThucXuLy or state.NgayTra,
                procedure=settled.procedures[state.MaTTHC],
                statuses=[
                    (*newness(row), row.TrangThaiHoSo)
                    for row in believed[state.MaHoSo]
                    if row.TrangThaiHoSo is not None
                ],
                paid_online=state.DuocThanhToanTrucTuyen,
                verified=state.TaiKhoanDuocXacThucVoiVNeID,
                copy=copies.get(state.MaHoSo),
                # "Where only the newest state of a dossier is rejected, its newest accepted state counts
                # and is flagged."
                newer_state_rejected=any(newness(row) > newness(state) for row in bad[state.MaHoSo]),
                # "Children (…) count only with a dossier in scope"
                **own,
            )
        )
    return settled


def settle_reports(records: Records, settled: Settled, begun: set[str], tasks: Sequence[Task] | None) -> None:
    """Judge what belongs to no dossier: feedback, reported figures, progress on the plan's tasks."""
    known_tasks = {task.code for task in (plan_tasks() if tasks is None else tasks)}

    def of_unit(row: Feedback) -> str | None:
        return None if row.MaDonVi in settled.units else "unknown_unit"

    def of_task(row: Progress) -> str | None:
        return row_rule_broken(row) or (None if row.MaNhiemVu in known_tasks else "unknown_task")

    def of_portal(row: PortalPoints) -> str | None:
        # "a unit, or another province": H01 to H99
        is_province = len(row.MaDonVi) == 3 and row.MaDonVi[0] == "H" and row.MaDonVi[1:].isdigit()
        return None if row.MaDonVi in settled.units or is_province else "unknown_unit"

    feedback = accepted(records.feedback, of_unit, settled)
    settled.feedback = newest(feedback, lambda row: row.MaPhanAnh, settled)
    figures = accepted(records.figures, lambda row: figure_rejection(row, settled.units, begun), settled)
    settled.figures = newest(figures, lambda row: (row.MaChiTieu, row.MaDonVi, row.KyBaoCao), settled)
    portal = accepted(records.portal, of_portal, settled)
    settled.portal = newest(portal, lambda row: (row.MaDonVi, row.NgayTinh, row.MaChiSo), settled)
    progress = accepted(records.progress, of_task, settled)
    settled.progress = newest(progress, lambda row: (row.MaNhiemVu, row.NgayBaoCao), settled)
