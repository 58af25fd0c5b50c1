"""Rule 766's judgement of time: whether a dossier was resolved in time, or is in time while open.

Here: one dossier, with the reason. Not here: counting (rule_766).
"""

from calendar import monthrange
from datetime import date
from typing import NamedTuple

from .settled import Dossier
from .terms import newest_step, open_request, requests_by, status_at
from .working_days import between


class Verdict(NamedTuple):
    """in_time, overdue or unknown, and why."""

    outcome: str
    reason: str


def waited(dossier: Dossier, end: date) -> tuple[int, int | None]:
    """Return calendar and working days spent in "requests with NgayBoSung date <= end and received back date <= end".

    Working days are null if the calendar lacks one of the days.
    """
    calendar, working = 0, 0
    known = True
    for request in requests_by(dossier, end):
        if request.NgayTiepNhanBoSung is None or request.NgayTiepNhanBoSung.date() > end:
            continue
        asked, back = request.NgayBoSung.date(), request.NgayTiepNhanBoSung.date()
        calendar += (back - asked).days
        worked = between(asked, back)
        known = known and worked is not None
        working += worked or 0
    return calendar, working if known else None


def months_later(day: date, count: int) -> date:
    """Return the same day some months later, or the last day of that month where it has no such day."""
    month = day.month - 1 + count
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def by_limit(dossier: Dossier, end: date) -> Verdict:
    """Rule: "by the time limit (ThoiHanGiaiQuyet, DonViThoiHan of the procedure)"."""
    limit, unit = dossier.procedure.ThoiHanGiaiQuyet, dossier.procedure.DonViThoiHan
    # "limit or unit null -> unknown"
    if limit is None or unit is None:
        return Verdict("unknown", "no_limit")
    waited_days, waited_working_days = waited(dossier, end)
    if unit in ("NGAY", "THANG"):
        # "NGAY: calendar days received->end minus waited calendar days <= limit"
        # "THANG: (…) <= calendar days from received to received + n months"
        if unit == "THANG":
            limit = (months_later(dossier.received, limit) - dossier.received).days
        in_time = (end - dossier.received).days - waited_days <= limit
    else:
        # "NGAY_LAM_VIEC: working days (wdn(end)-wdn(received)) minus waited working days <= limit"
        # "GIO: as NGAY_LAM_VIEC with limit ceil(hours/8)"
        if unit == "GIO":
            limit = -(-limit // 8)
        worked = between(dossier.received, end)
        # "A calendar that lacks a needed day -> unknown."
        if worked is None or waited_working_days is None:
            return Verdict("unknown", "no_limit")
        in_time = worked - waited_working_days <= limit
    return Verdict("in_time", "within_limit") if in_time else Verdict("overdue", "over_limit")


def by_dates(dossier: Dossier, end: date) -> Verdict:
    """Rule: "due not null: finished <= due -> in time else overdue; due null: by the time limit of the procedure"."""
    if dossier.due is None:
        return by_limit(dossier, end)
    return Verdict("in_time", "within_due") if end <= dossier.due else Verdict("overdue", "after_due")


def resolved_verdict(dossier: Dossier) -> Verdict | None:
    """Return how a resolved dossier is judged; null while it has no finish date.

    Withdrawn ones by the same dates.
    """
    if dossier.finished is None:
        return None
    # "n>=2 -> overdue": "more than once -> overdue"
    if len(requests_by(dossier, dossier.finished)) >= 2:
        return Verdict("overdue", "two_supplements")
    return by_dates(dossier, dossier.finished)


def stop_date(dossier: Dossier, cut: date) -> date | None:
    """Return the day on which the clock of a dossier that is open at the cut stopped; null if that is not known."""
    # "if a request is open at the cut -> its date"
    request = open_request(dossier, cut)
    if request is not None:
        return request.NgayBoSung.date()
    status = status_at(dossier, cut)
    # "elif status at the cut is 5 (and no bo_sung rows) -> date of the newest step with TrangThai 5 dated <= cut,
    # else not known"; "elif status at the cut is 8 -> date of newest step with TrangThai 8 dated <= cut, else not
    # known"
    if (status == 5 and not dossier.supplements) or status == 8:
        step = newest_step(dossier, cut, str(status))
        return None if step is None else step.ThoiDiemXuLy.date()
    # "else the cut"
    return cut


def open_verdict(dossier: Dossier, cut: date) -> Verdict:
    """Return how a dossier that is open at the cut is judged."""
    if len(requests_by(dossier, cut)) >= 2:
        return Verdict("overdue", "two_supplements")
    # "If at stop=cut it is in time -> in time."
    at_cut = by_dates(dossier, cut)
    if at_cut.outcome == "in_time":
        return at_cut
    stop = stop_date(dossier, cut)
    # "Else if stop not known -> unknown. Else judged with stop"
    if stop is None:
        return Verdict("unknown", "stop_unknown")
    return by_dates(dossier, stop)
