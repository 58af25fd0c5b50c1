"""Which rows count: the newest accepted state of a dossier with its children, and where each other row went.

Here: section 2 of `contract.md` and the terms of `indicators.md`, by loops over plain records; every rule
stands beside the sentence it comes from. Not here: periods, figures, any SQL.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import date, datetime, time

from .records import Dossier, DossierState, R, Records, Row, Settled, Unit

# ---- which row of a key counts (contract.md section 2) ----------------------------------------------------


def newness(row: Row) -> tuple[datetime, date]:
    """ "newness being NgayCapNhat (where the source has none or it is empty: the end of the business day),
    then the business day; never the order of arrival"."""
    updated = row.NgayCapNhat if isinstance(row, DossierState) else None
    return updated or datetime.combine(row.business_day, time(23, 59, 59)), row.business_day


def newest(rows: Iterable[R], key: Callable[[R], Hashable], settled: Settled) -> list[R]:
    """The row that counts of each key; the others go to `settled` as superseded or as a conflict."""
    by_key: dict[Hashable, dict[tuple[datetime, date], list[R]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        by_key[key(row)][newness(row)].append(row)
    winners = []
    for by_newness in by_key.values():
        winner = None
        for age in sorted(by_newness, reverse=True):
            equally_new = by_newness[age]
            # "Two rows of one key that are equally new and differ are a conflict: both go to quarantine."
            if len(set(equally_new)) > 1:
                settled.quarantine += [("conflict", row) for row in equally_new]
            # "In every source the newest row of a key wins"
            elif winner is None:
                winner = equally_new[0]
                settled.superseded += equally_new[1:]
            # "The others are superseded and counted, and so are identical repeats."
            else:
                settled.superseded += equally_new
        if winner is not None:
            winners.append(winner)
    return winners


# ---- terms of indicators.md -------------------------------------------------------------------------------


def day_of(moment: datetime | None) -> date | None:
    """ "All comparisons are on calendar dates in Asia/Ho_Chi_Minh"; the fields are local times already."""
    return None if moment is None else moment.date()


def finished_day(state: DossierState) -> date | None:
    """ "for status 7, 9 and 10 only: date of NgayKetThucXuLy, else of NgayTra; for other statuses null,
    whatever the fields say"."""
    if state.TrangThaiHoSo not in (7, 9, 10):
        return None
    return day_of(state.NgayKetThucXuLy) or day_of(state.NgayTra)


def row_rule_broken(state: DossierState) -> str | None:
    """The rule that a dossier row breaks by itself, or null. Reliability.md, "Values", "To quarantine"."""
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


def rejection(state: DossierState, units: dict[str, Unit], procedures: set[str]) -> str | None:
    """Why a dossier row is not a state at all, or null."""
    broken = row_rule_broken(state)
    if broken:
        return broken
    # "unknown unit or procedure"
    if state.MaDonVi not in units:
        return "unknown_unit"
    if state.MaTTHC not in procedures:
        return "unknown_procedure"
    # "a unit abolished before the dossier was received"
    abolished, received = units[state.MaDonVi].HieuLucDen, day_of(state.NgayTiepNhan)
    if abolished is not None and received is not None and abolished < received:
        return "unit_abolished"
    return None


def settle(records: Records) -> Settled:
    """Judges every row: the dossiers in scope with their children, and where each other row went."""
    settled = Settled(units={})
    settled.units = {unit.MaDonVi: unit for unit in newest(records.units, lambda row: row.MaDonVi, settled)}
    procedures = {row.MaTTHC for row in newest(records.procedures, lambda row: row.MaTTHC, settled)}

    accepted = []
    for state in records.dossiers:
        reason = rejection(state, settled.units, procedures)
        if reason:
            settled.quarantine.append((reason, state))
        else:
            accepted.append(state)
    states = newest(accepted, lambda row: row.MaHoSo, settled)

    # "a child whose dossier is unknown waits in quarantine"
    known = {state.MaHoSo for state in states}

    def children(rows: Sequence[R], key: Callable[[R], Hashable]) -> list[R]:
        settled.quarantine += [("unknown_dossier", row) for row in rows if row.MaHoSo not in known]
        return newest([row for row in rows if row.MaHoSo in known], key, settled)

    supplements = children(records.supplements, lambda row: (row.MaHoSo, row.NgayBoSung))
    components = children(records.components, lambda row: (row.MaHoSo, row.TepDinhKemId))
    fees = children(records.fees, lambda row: (row.MaHoSo, row.MaPhiLePhi))

    for state in states:
        # "**in scope**: accepted, not deleted, status not 1 or 3"
        if state.DaXoa == 1 or state.TrangThaiHoSo in (1, 3):
            continue
        rejected = [
            row for _, row in settled.quarantine if isinstance(row, DossierState) and row.MaHoSo == state.MaHoSo
        ]
        settled.dossiers.append(
            Dossier(
                code=state.MaHoSo,
                unit_code=state.MaDonVi,
                unit_level=settled.units[state.MaDonVi].Cap,
                status=state.TrangThaiHoSo,
                channel=state.KenhThucHien,
                received=state.NgayTiepNhan.date(),
                due=day_of(state.NgayHenTra),
                finished=finished_day(state),
                procedure_code=state.MaTTHC,
                # "Where only the newest state of a dossier is rejected, its newest accepted state counts
                # and is flagged."
                newer_state_rejected=any(newness(row) > newness(state) for row in rejected),
                # "Children (…) count only with a dossier in scope"
                supplements=[row for row in supplements if row.MaHoSo == state.MaHoSo],
                components=[row for row in components if row.MaHoSo == state.MaHoSo],
                fees=[row for row in fees if row.MaHoSo == state.MaHoSo],
            )
        )
    return settled
