"""The fact tables, once more: what the warehouse should say of each dossier, child and feedback item.

Here: one function per table, its rows as tuples in the order of the columns that `comparison` reads. Not here: sums
over periods (values, form).
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from . import rule_766
from .periods import periods, score_periods
from .plan import is_reused
from .procedures import is_one
from .records import Figure, Procedure
from .rule_766_opinion import IN_TIME, complaint, feedback_due, feedback_reason, repeating
from .rule_766_time import open_verdict, resolved_verdict, waited
from .settle import day_of
from .settled import Dossier, Settled
from .terms import (
    SATISFIED,
    copy_finished,
    feedback_deadline,
    has_own_result_file,
    is_in_doubt,
    is_matching,
    is_open,
    is_synced,
    live,
    open_overdue,
    outcome,
    outcome_reason,
    paused,
    status_at,
)
from .working_days import between


def whose(dossier: Dossier, cut: date | None = None) -> tuple[str, str, str, str, str]:
    """Return the columns that most facts begin with.

    The unit is that at the cut, by default on the day of the figures.
    """
    home = dossier.home(cut or dossier.as_of)
    return dossier.code, dossier.procedure.MaTTHC, home.MaDonVi, home.Cap, dossier.received_by


def unit_of(dossier: Dossier) -> tuple[str, str, str, str]:
    """Return the same without the procedure."""
    return dossier.code, dossier.unit_code, dossier.unit_level, dossier.received_by


def first_letter(dossier: Dossier) -> date | None:
    """Return the day of the first apology letter."""
    return min((letter.NgayXinLoi.date() for letter in dossier.letters), default=None)


def first_notice(dossier: Dossier) -> date | None:
    """Return the day of the first delivered notification."""
    return min((one.NgayGui.date() for one in dossier.notices if one.TrangThai == 1), default=None)


def original_due(dossier: Dossier) -> date | None:
    """Return the due date before the first request that tells one; else the due date as it is."""
    dated = [one for one in dossier.supplements if one.NgayHenTraTruoc is not None]
    first = min(dated, key=lambda one: one.NgayBoSung, default=None)
    return dossier.due if first is None else day_of(first.NgayHenTraTruoc)


def timeliness(dossier: Dossier) -> tuple[Any, ...]:
    """Return fct_timeliness."""
    finished, how = dossier.finished, outcome(dossier)
    verdict = resolved_verdict(dossier)
    return (
        *whose(dossier), dossier.status, dossier.received, dossier.due, original_due(dossier), finished,
        dossier.status == 7 and finished is not None, how, outcome_reason(dossier),
        None if finished is None else (finished - dossier.received).days,
        None if finished is None else between(dossier.received, finished),
        None if how is None else (finished - dossier.due).days if how == "overdue" and finished and dossier.due else 0,
        len(dossier.supplements), dossier.handling_unit_unknown, dossier.newer_state_rejected,
        *(verdict or (None, None)), *waited(dossier, finished or date.max),
        first_notice(dossier), first_letter(dossier),
    )  # fmt: skip


def online(dossier: Dossier) -> tuple[Any, ...]:
    """Return fct_online_share."""
    owes = dossier.procedure.CoKetQua
    return (
        *whose(dossier), dossier.received, dossier.channel, dossier.channel == 2, dossier.finished,
        None if owes is None else owes == 1, rule_766.has_electronic_result(dossier), rule_766.online_reason(dossier),
        is_one(dossier.verified),
    )  # fmt: skip


def digitisation(dossier: Dossier) -> tuple[Any, ...]:
    """Return fct_digitisation."""
    parts, owes = live(dossier), dossier.procedure.CoKetQua
    digitised = [part for part in parts if part.DuocSoHoa == 1]
    has_input, has_result = rule_766.has_component_file(dossier), rule_766.has_result_file(dossier)
    return (
        *whose(dossier), dossier.received, len(parts), len(digitised), bool(digitised), dossier.finished,
        dossier.status, None if owes is None else owes == 1, is_reused(dossier), has_input, has_result,
        has_own_result_file(dossier), has_input and has_result, rule_766.is_component_reused(dossier),
        rule_766.is_from_store(dossier),
    )  # fmt: skip


def procedure(one: Procedure) -> tuple[Any, ...]:
    """Return dim_procedure: flags as yes, no or not known."""
    return (
        one.MaTTHC, one.TenTTHC, one.MaDonViThucHien, one.ThoiHanGiaiQuyet, one.DonViThoiHan,
        is_one(one.CoPhiLePhi), is_one(one.ThanhToanTrucTuyen), is_one(one.CoKetQua), is_one(one.CoHoSoMau), one.MucDo,
        is_one(one.DuDieuKienTrucTuyen), is_one(one.DuDieuKienToanTrinh), is_one(one.TichHopDVCQG),
        is_one(one.LaTTHCNoiBo), one.NgayQuyetDinhCongBo, one.NgayCongKhai, one.NgayCauHinhQuyTrinh, one.NgayHieuLuc,
        one.NgayHetHieuLuc,
    )  # fmt: skip


def payments(dossier: Dossier) -> Iterator[tuple[Any, ...]]:
    """Yield fct_payments: one row per fee request."""
    for fee in dossier.fees:
        yield (
            dossier.code, fee.MaPhiLePhi, dossier.unit_code, dossier.unit_level, dossier.received_by, fee.Gia,
            is_one(fee.TrangThaiThanhToan), day_of(fee.NgayThuPhi), fee.HinhThucThanhToan,
            fee.HinhThucThanhToan == "truc-tuyen",
        )  # fmt: skip


def payment_duty(dossier: Dossier) -> Iterator[tuple[Any, ...]]:
    """Yield fct_payment_duty: one row per dossier whose procedure has a fee."""
    if dossier.procedure.CoPhiLePhi == 1:
        exempt, online = rule_766.is_exempt(dossier), rule_766.is_paid_online(dossier)
        yield *whose(dossier), dossier.received, exempt, online


def satisfaction(dossier: Dossier) -> Iterator[tuple[Any, ...]]:
    """Yield fct_satisfaction: one row per rating."""
    ratings = sorted(dossier.ratings, key=lambda rating: rating.ThoiGianDanhGia)
    for rating, following in zip(ratings, [*ratings[1:], None], strict=False):
        at, says = rating.ThoiGianDanhGia, rating.DanhGia
        later = None if following is None else following.ThoiGianDanhGia.date()
        yield *unit_of(dossier), at, at.date(), says, says in SATISFIED, later


def national_sync(dossier: Dossier) -> tuple[Any, ...]:
    """Return fct_national_sync."""
    copy = dossier.copy
    return (
        *unit_of(dossier), dossier.received, copy is not None, day_of(copy.NgayTiepNhan) if copy else None,
        is_synced(dossier), dossier.status, copy.TrangThaiHoSo if copy else None, dossier.finished,
        copy_finished(dossier), is_matching(dossier), day_of(copy.NgayHenTra) if copy else None,
    )  # fmt: skip


def notifications(dossier: Dossier) -> Iterator[tuple[Any, ...]]:
    """Yield fct_notifications."""
    for one in dossier.notices:
        yield *unit_of(dossier), one.NgayGui, one.NgayGui.date(), one.Kenh, one.TrangThai == 1


def apologies(dossier: Dossier) -> Iterator[tuple[Any, ...]]:
    """Yield fct_apologies."""
    for one in dossier.letters:
        yield *unit_of(dossier), one.NgayXinLoi, one.NgayXinLoi.date(), day_of(one.NgayHenTraLai)


def figure_reports(settled: Settled) -> Iterator[tuple[Any, ...]]:
    """Yield fct_figure_reports: when a figure was first reported, and since when it says what counts."""
    said = [*settled.figures, *(row for row in settled.superseded if isinstance(row, Figure))]
    for figure in settled.figures:
        own = [row for row in said if figure_key(row) == figure_key(figure)]
        same = [row for row in own if (row.TuSo, row.MauSo) == (figure.TuSo, figure.MauSo)]
        days = [min(row.business_day for row in rows) for rows in (own, same)]
        yield (*figure_key(figure), figure.TuSo, figure.MauSo, *days)


def figure_key(figure: Figure) -> tuple[str, str, str]:
    """Return what names a reported figure."""
    return figure.MaChiTieu, figure.MaDonVi, figure.KyBaoCao


def feedback(settled: Settled) -> Iterator[tuple[Any, ...]]:
    """Yield fct_feedback: one row per item."""
    repeated = repeating(settled)
    for item in settled.feedback:
        deadline, answered, rating = feedback_deadline(item), day_of(item.NgayTraLoi), item.MucDoHaiLong
        # "is_on_time (answered_date <= deadline; false when not answered)"
        in_time = answered is not None and deadline is not None and answered <= deadline
        home = settled.feedback_home(item)
        yield (
            item.MaPhanAnh, home.MaDonVi, home.Cap, item.KenhTiepNhan, item.NgayGui.date(),
            deadline, item.HanTraLoi is not None, answered, in_time, rating,
            None if rating is None else rating in SATISFIED, item.MaHoSo, day_of(item.NgayTuChoi),
            day_of(item.NgayYeuCauBoSung), day_of(item.NgayCongKhai), item.MaPhanAnh in repeated, feedback_due(item),
            feedback_reason(item), feedback_reason(item) in IN_TIME,
        )  # fmt: skip


def open_late(settled: Settled, as_of: date) -> Iterator[tuple[Any, ...]]:
    """Yield fct_open_late: one row per dossier and period at whose cut it was open and in doubt."""
    for period in (*periods(as_of), *score_periods(as_of)):
        cut = period.cut
        for dossier in settled.dossiers:
            due = dossier.due
            if is_open(dossier, cut) and is_in_doubt(dossier, cut):
                late = open_overdue(dossier, cut)
                days_late = (cut - due).days if late and due else 0
                yield (
                    period.code, *whose(dossier, cut), due, cut, status_at(dossier, cut), paused(dossier, cut), late,
                    days_late, *open_verdict(dossier, cut), first_letter(dossier),
                )  # fmt: skip


def complaints(settled: Settled, as_of: date) -> Iterator[tuple[Any, ...]]:
    """Yield fct_complaints: one row per period and dossier that counts in it and was complained about by its cut."""
    for period in (*periods(as_of), *score_periods(as_of)):
        cut = period.cut
        for dossier in settled.dossiers:
            still_open = is_open(dossier, cut)
            mark = complaint(dossier, settled, cut)
            if mark and (still_open or period.holds(dossier.finished)):
                verdict = open_verdict(dossier, cut) if still_open else resolved_verdict(dossier)
                home = dossier.home(cut)
                yield (
                    period.code, dossier.code, home.MaDonVi, home.Cap, mark, still_open,
                    still_open and is_in_doubt(dossier, cut), verdict is not None and verdict.outcome == "in_time",
                )  # fmt: skip
