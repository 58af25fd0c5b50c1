"""Indicators over procedures and over the plan's tasks: one figure for the province and a period.

Here: numerator, denominator, and for procedures how many are unknown because a flag is null. Not here: dossiers.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from .periods import Period
from .records import Procedure, Progress
from .registers import Task, own_unit, plan_of
from .working_days import nth_after, nth_before

Count = tuple[int, int, int]


def in_force(procedure: Procedure, cut: date) -> bool:
    """Rule: "NgayHieuLuc null or ≤ cut, and NgayHetHieuLuc null or ≥ cut"."""
    begun = procedure.NgayHieuLuc is None or procedure.NgayHieuLuc <= cut
    return begun and (procedure.NgayHetHieuLuc is None or procedure.NgayHetHieuLuc >= cut)


def is_public(procedure: Procedure) -> bool:
    """Rule: "LaTTHCNoiBo not 1"."""
    return procedure.LaTTHCNoiBo != 1


def judged(procedures: Sequence[Procedure], judge: Callable[[Procedure], bool | None]) -> Count:
    """Count procedures of which `judge` says yes, no, or (null) that a flag is missing.

    "in neither numerator nor denominator of the indicator that reads it, and counted as unknown beside it".
    """
    answers = [judge(procedure) for procedure in procedures]
    return answers.count(True), answers.count(True) + answers.count(False), answers.count(None)


def flagged(procedures: Sequence[Procedure], period: Period, condition: str, read: Callable[..., Any]) -> Count:
    """Return procedures in force at the cut whose flag `condition` is 1, judged by what `read` says of them."""

    def judge(procedure: Procedure) -> bool | None:
        return None if getattr(procedure, condition) is None else read(procedure)

    meant = [p for p in procedures if in_force(p, period.cut) and getattr(p, condition) != 0]
    return judged(meant, judge)


def is_one(flag: int | None) -> bool | None:
    """Return a flag as yes, no or unknown."""
    return None if flag is None else flag == 1


def is_online(procedure: Procedure) -> bool | None:
    """Rule: "MucDo in (3,4)"."""
    return None if procedure.MucDo is None else procedure.MucDo in (3, 4)


def payment_enabled_share(procedures: Sequence[Procedure], period: Period) -> Count:
    """Rule: "of those, ThanhToanTrucTuyen = 1 / procedures in force at the cut with CoPhiLePhi = 1"."""
    return flagged(procedures, period, "CoPhiLePhi", lambda p: is_one(p.ThanhToanTrucTuyen))


def published_on_time_share(procedures: Sequence[Procedure], period: Period) -> Count:
    """Rule: "NgayCongKhai ≤ decision + 5 working days / public procedures with NgayQuyetDinhCongBo in P"."""

    def judge(procedure: Procedure) -> bool | None:
        deadline = nth_after(procedure.NgayQuyetDinhCongBo, 5)
        if deadline is None:
            return None
        return procedure.NgayCongKhai is not None and procedure.NgayCongKhai <= deadline

    return judged([p for p in procedures if is_public(p) and period.holds(p.NgayQuyetDinhCongBo)], judge)


def sample_dossier_share(procedures: Sequence[Procedure], period: Period) -> Count:
    """Rule: "CoHoSoMau = 1 / public procedures in force at the cut"."""
    meant = [p for p in procedures if is_public(p) and in_force(p, period.cut)]
    return judged(meant, lambda p: is_one(p.CoHoSoMau))


def process_configured_share(procedures: Sequence[Procedure], period: Period) -> Count:
    """Rule: "NgayCauHinhQuyTrinh ≤ NgayHieuLuc (or set, where that is null) / procedures in force at the cut"."""

    def judge(procedure: Procedure) -> bool:
        # "null NgayCauHinhQuyTrinh: not configured, not unknown"
        if procedure.NgayCauHinhQuyTrinh is None:
            return False
        return procedure.NgayHieuLuc is None or procedure.NgayCauHinhQuyTrinh <= procedure.NgayHieuLuc

    return judged([p for p in procedures if in_force(p, period.cut)], judge)


def online_service_coverage(procedures: Sequence[Procedure], period: Period) -> Count:
    """Rule: "MucDo in (3,4) / in force, DuDieuKienTrucTuyen = 1"."""
    return flagged(procedures, period, "DuDieuKienTrucTuyen", is_online)


def portal_integration_share(procedures: Sequence[Procedure], period: Period) -> Count:
    """Rule: "TichHopDVCQG = 1 / in force, DuDieuKienTrucTuyen = 1"."""
    return flagged(procedures, period, "DuDieuKienTrucTuyen", lambda p: is_one(p.TichHopDVCQG))


def is_own(procedure: Procedure, period: Period) -> bool | None:
    """Rule: "MaDonViThucHien (the department whose procedure it is)"; null: unknown.

    Nothing is a department's own where the province names none on the day.
    """
    own = own_unit(period.end)
    if not own:
        return False
    return None if procedure.MaDonViThucHien is None else procedure.MaDonViThucHien == own


def own_suited(procedures: Sequence[Procedure], period: Period, read: Callable[..., Any]) -> Count:
    """Return the department's own procedures in force and suited to be online, judged by what `read` says of them.

    Who lacks either is out, and of the rest who lacks to say either is unknown.
    """

    def judge(procedure: Procedure) -> bool | None:
        asked = is_own(procedure, period), procedure.DuDieuKienTrucTuyen
        return None if None in asked else read(procedure)

    meant = [p for p in procedures if in_force(p, period.cut)]
    return judged([p for p in meant if is_own(p, period) is not False and p.DuDieuKienTrucTuyen != 0], judge)


def own_service_coverage(procedures: Sequence[Procedure], period: Period) -> Count:
    """Apply plan II.2.1, on services that the department offers online.

    "100% thủ tục (…) thuộc thẩm quyền giải quyết của Sở có đủ điều kiện, được cung cấp trực tuyến".
    """
    return own_suited(procedures, period, is_online)


def own_portal_integration(procedures: Sequence[Procedure], period: Period) -> Count:
    """Return plan II.2.1: "(…) và được tích hợp, cung cấp trên Cổng Dịch vụ công quốc gia"."""
    return own_suited(procedures, period, lambda p: is_one(p.TichHopDVCQG))


def procedures_issued_on_time(procedures: Sequence[Procedure], period: Period) -> Count:
    """Return Decision 766, 1.1.

    "decision date <= effective date - 5 working days", of the department's public procedures with NgayQuyetDinhCongBo
    in P.
    """

    def judge(procedure: Procedure) -> bool | None:
        decided, effective = procedure.NgayQuyetDinhCongBo, procedure.NgayHieuLuc
        if is_own(procedure, period) is None or decided is None or effective is None:
            return None
        if decided >= effective:
            return False
        last = nth_before(effective, 5)
        return None if last is None else decided <= last

    meant = [p for p in procedures if is_public(p) and period.holds(p.NgayQuyetDinhCongBo)]
    return judged([p for p in meant if is_own(p, period) is not False], judge)


def online_service_coverage_766(procedures: Sequence[Procedure], period: Period) -> Count:
    """Rule: "public, in force, MucDo not null (null: unknown)" / "MucDo in (3,4)"."""
    return judged([p for p in procedures if is_public(p) and in_force(p, period.cut)], is_online)


def plan_tasks_on_schedule(
    progress: Sequence[Progress], period: Period, tasks: Sequence[Task], all_tasks: Sequence[Task] = ()
) -> Count:
    """Rule: "annex tasks done by their deadline or not yet due and started / tasks due or standing"."""
    numerator = denominator = 0
    for task in tasks:
        # "annex tasks of plan year = year(P.end)"
        if task.plan_year != period.end.year:
            continue
        known = all_tasks or tasks
        reports = [
            report
            for report in progress
            if report.MaNhiemVu == task.code and plan_of(task.code, report.NgayBaoCao, known) == task.plan_year
        ]
        if task.kind == "standing":
            denominator += 1
            # "standing task: newest report with NgayBaoCao <= cut says DANG or XONG"
            by_then = sorted((r for r in reports if r.NgayBaoCao <= period.cut), key=lambda report: report.NgayBaoCao)
            numerator += bool(by_then) and by_then[-1].TrangThai in ("DANG", "XONG")
        # "tasks with a deadline <= cut (conditional ones and those without a deadline are in neither)"
        elif task.kind == "deadline" and task.deadline is not None and task.deadline <= period.cut:
            denominator += 1
            # "deadline task: a report XONG with NgayBaoCao <= deadline"
            numerator += any(r.TrangThai == "XONG" and r.NgayBaoCao <= task.deadline for r in reports)
    return numerator, denominator, 0


PLAN: dict[str, Callable[[Sequence[Procedure], Period], Count]] = {
    formula.__name__: formula
    for formula in (
        payment_enabled_share, published_on_time_share, sample_dossier_share, process_configured_share,
        online_service_coverage, portal_integration_share, own_service_coverage, own_portal_integration,
        procedures_issued_on_time,
    )
}  # fmt: skip
# "payment_enabled_share: as rule plan"
RULE_766 = {"payment_enabled_share": payment_enabled_share, "online_service_coverage": online_service_coverage_766}
