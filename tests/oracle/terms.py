"""Terms that several indicators share: open at the cut, its status then, paused, how a dossier was resolved, files.

Here: one dossier at one day. Not here: periods, sums over dossiers, rule 766's own judgement (rule_766_time).
"""

from collections.abc import Iterable
from datetime import date

from .records import Component, Feedback, Step, Supplement
from .settle import day_of
from .settled import Dossier
from .working_days import nth_after

SATISFIED = ("RẤT HÀI LÒNG", "HÀI LÒNG")


def is_open(dossier: Dossier, cut: date) -> bool:
    """Apply the rule quoted here.

    "open = received ≤ cut and not finished by the cut"; "A dossier finished after the cut was open at the cut, whatever
    its status is today.".
    """
    return dossier.received <= cut and not (dossier.finished is not None and dossier.finished <= cut)


def newest_step(dossier: Dossier, cut: date, status: str | None = None) -> Step | None:
    """Return the newest step by the cut, of any status or of one."""
    by_then = [step for step in dossier.steps if step.ThoiDiemXuLy.date() <= cut]
    of_status = [step for step in by_then if status in (None, step.TrangThai)]
    return max(of_status, key=lambda step: step.ThoiDiemXuLy, default=None)


def status_at(dossier: Dossier, cut: date) -> int:
    """Return the status of a dossier at the cut: the newest word on it by then, of its states and of its steps."""
    # "every accepted or superseded state of the dossier, told at NgayCapNhat, else at the end of its business day"
    words = [(moment, day, status) for moment, day, status in dossier.statuses if moment.date() <= cut]
    for step in dossier.steps:
        # "every accepted step with TrangThai in 2,4,5,6,8, told at ThoiDiemXuLy"
        if step.TrangThai in ("2", "4", "5", "6", "8") and step.ThoiDiemXuLy.date() <= cut:
            # "at the same moment a state beats a step"
            words.append((step.ThoiDiemXuLy, date.min, int(step.TrangThai)))
    # "Where no word by the cut exists: the newest accepted state's status"
    if not words:
        return dossier.status
    # Of several steps in one second the one that is furthest on: they are written as reception and hand-over.
    return max(words)[2]


def requests_by(dossier: Dossier, day: date) -> list[Supplement]:
    """Return supplement requests made by a day."""
    return [request for request in dossier.supplements if request.NgayBoSung.date() <= day]


def open_request(dossier: Dossier, cut: date) -> Supplement | None:
    """Return the first open supplement request.

    "supplement request open at the cut (NgayBoSung ≤ cut, and not yet received back by the cut)".
    """
    for request in sorted(requests_by(dossier, cut), key=lambda one: one.NgayBoSung):
        if request.NgayTiepNhanBoSung is None or request.NgayTiepNhanBoSung.date() > cut:
            return request
    return None


def paused(dossier: Dossier, cut: date) -> bool:
    """Whether the clock of an open dossier stands still at the cut."""
    if open_request(dossier, cut) is not None:
        return True
    status = status_at(dossier, cut)
    # "or status at the cut 6 or 8"
    if status in (6, 8):
        return True
    # "or status at the cut 5 where the dossier has no bo_sung row at all"
    return status == 5 and not dossier.supplements


def open_overdue(dossier: Dossier, cut: date) -> bool:
    """Rule: "open_overdue: due < cut and not paused", of a dossier that is open at the cut."""
    return dossier.due is not None and dossier.due < cut and not paused(dossier, cut)


def is_in_doubt(dossier: Dossier, cut: date) -> bool:
    """Whether an open dossier is not plainly in time: "due < cut, or no due date, or >= 2 requests"."""
    return dossier.due is None or dossier.due < cut or len(requests_by(dossier, cut)) >= 2


def outcome_reason(dossier: Dossier) -> str | None:
    """Return why a dossier counts as resolved early, on time or overdue; null while it has no finish date."""
    if dossier.finished is None:
        return None
    # "**withdrawn**: status 7 with a finish date: resolved, never overdue"
    if dossier.status == 7:
        return "withdrawn"
    if dossier.due is None:
        return "no_due_date"
    if dossier.finished == dossier.due:
        return "on_due_day"
    return "before_due" if dossier.finished < dossier.due else "after_due"


def outcome(dossier: Dossier) -> str | None:
    """Return how a dossier was resolved: 'early', 'on_time' or 'overdue'; null while it has no finish date."""
    # "on_time: withdrawn, or due is null, or finished = due; of the others early: finished < due; overdue:
    # finished > due"
    return {
        None: None,
        "withdrawn": "on_time",
        "no_due_date": "on_time",
        "on_due_day": "on_time",
        "before_due": "early",
        "after_due": "overdue",
    }[outcome_reason(dossier)]


def live(dossier: Dossier) -> list[Component]:
    """Return components that were not deleted."""
    return [part for part in dossier.components if part.IsDeleted != 1]


def paths(fields: Iterable[str | None]) -> set[str]:
    """Rule: "Both fields may hold several paths joined by `##`: compare single paths; empty pieces are no path"."""
    return {path for text in fields if text is not None for path in text.split("##") if path}


def has_own_result_file(dossier: Dossier) -> bool:
    """Apply the rule quoted here.

    "has a result file (DuongDanTepTinKetQua) that is none of its input files (DuongDanTaiTepTin of any of its accepted
    components, deleted ones too)".
    """
    given = paths(part.DuongDanTaiTepTin for part in dossier.components)
    return bool(paths(result.DuongDanTepTinKetQua for result in dossier.results) - given)


def is_matching(dossier: Dossier) -> bool:
    """Apply the rule quoted here.

    "same TrangThaiHoSo and same finish date, where the copy's finish date = date(NgayKetThucXuLy) if its status is
    7,9,10 else null; equal also when both null".
    """
    copy = dossier.copy
    return copy is not None and copy.TrangThaiHoSo == dossier.status and copy_finished(dossier) == dossier.finished


def copy_finished(dossier: Dossier) -> date | None:
    """Return the finish date that the national portal's copy tells."""
    copy = dossier.copy
    if copy is None or copy.TrangThaiHoSo not in (7, 9, 10):
        return None
    return day_of(copy.NgayKetThucXuLy)


def is_synced(dossier: Dossier) -> bool:
    """Rule: "in `dvcqg` with the same received date (dates equal)"."""
    return dossier.copy is not None and day_of(dossier.copy.NgayTiepNhan) == dossier.received


def feedback_deadline(item: Feedback) -> date | None:
    """Apply the rule quoted here.

    "deadline = date(HanTraLoi), else the 15th working day after date(NgayGui); null if the calendar lacks it".
    """
    return day_of(item.HanTraLoi) or nth_after(item.NgayGui.date(), 15)
