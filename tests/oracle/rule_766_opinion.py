"""Rule `766` on what people say: feedback by its steps, complaints about dossiers, and services that are used.

Here: each item, dossier or procedure, and their counts. Not here: time alone (rule_766_time), sums over units.
"""

from collections.abc import Sequence
from datetime import date

from . import procedures
from .periods import Period
from .plan import received_in, resolved_in
from .records import Feedback, Procedure
from .rule_766 import is_paid_online
from .rule_766_time import open_verdict, resolved_verdict
from .settle import day_of
from .settled import Dossier, Settled
from .terms import SATISFIED, is_open
from .working_days import between, nth_after

Count = tuple[int, int, int]
IN_TIME = ("refused_in_time", "answered_in_time")


def feedback_reason(item: Feedback) -> str:
    """Apply the rule quoted here.

    "refuse <= 2 wd, ask supplement <= 5 wd, answer <= 15 wd, publish <= 2 wd".
    """
    sent, refused, asked = item.NgayGui.date(), day_of(item.NgayTuChoi), day_of(item.NgayYeuCauBoSung)
    answered, public = day_of(item.NgayTraLoi), day_of(item.NgayCongKhai)

    def took_longer(start: date, end: date | None, most: int) -> bool:
        days = None if end is None else _working_days(start, end)
        return days is not None and days > most

    if refused is not None:
        days = _working_days(sent, refused)
        return "refused_in_time" if days is not None and days <= 2 else "refused_late"
    if took_longer(sent, asked, 5):
        return "asked_late"
    if answered is None:
        return "not_answered"
    if took_longer(sent, answered, 15):
        return "answered_late"
    return "published_late" if took_longer(answered, public, 2) else "answered_in_time"


def _working_days(start: date, end: date) -> int | None:
    if end >= start:
        return between(start, end)
    back = between(end, start)
    return None if back is None else -back


def feedback_due(item: Feedback) -> date | None:
    """Rule: "the 15th working day after it was sent, the 2nd if it was refused"; null if the calendar lacks it."""
    return nth_after(item.NgayGui.date(), 15 if item.NgayTuChoi is None else 2)


def repeating(settled: Settled) -> set[str]:
    """Rule: "repeating earlier feedback about the same dossier"; the codes of such items."""
    seen, found = set(), set()
    for item in sorted(settled.feedback, key=lambda one: (one.NgayGui, one.MaPhanAnh)):
        if item.MaHoSo in seen:
            found.add(item.MaPhanAnh)
        if item.MaHoSo is not None:
            seen.add(item.MaHoSo)
    return found


def feedback_complaint(item: Feedback, repeated: set[str]) -> str:
    """Return why an item counts as satisfactory or not."""
    if feedback_reason(item) not in IN_TIME:
        return feedback_reason(item)
    if item.MaPhanAnh in repeated:
        return "repeated"
    return "not_satisfied" if item.MucDoHaiLong not in (None, *SATISFIED) else "no_complaint"


def feedback_counts(items: Sequence[Feedback], period: Period, repeated: set[str]) -> dict[str, Count]:
    """Return the figures of one unit's feedback."""
    due = [item for item in items if period.holds(feedback_due(item))]
    in_time = [item for item in due if feedback_reason(item) in IN_TIME]
    content = [item for item in due if feedback_complaint(item, repeated) == "no_complaint"]
    return {
        "feedback_on_time_rate": (len(in_time), len(due), 0),
        "feedback_satisfaction_rate": (len(content), len(due), 0),
    }


def complaint(dossier: Dossier, settled: Settled, cut: date) -> str | None:
    """Return what was said against a dossier by the cut: feedback that names it, or a dislike as newest rating."""
    if any(item.MaHoSo == dossier.code and item.NgayGui.date() <= cut for item in settled.feedback):
        return "fed_back"
    given = sorted((r for r in dossier.ratings if r.ThoiGianDanhGia.date() <= cut), key=lambda r: r.ThoiGianDanhGia)
    return "disliked" if given and given[-1].DanhGia not in SATISFIED else None


def satisfaction_rate(dossiers: Sequence[Dossier], period: Period, settled: Settled) -> Count:
    """Rule: what rule 766 finds in time, "that no feedback names and whose newest rating by the cut is no dislike"."""
    verdicts = [(d, resolved_verdict(d)) for d in resolved_in(dossiers, period)]
    verdicts += [(d, open_verdict(d, period.cut)) for d in dossiers if is_open(d, period.cut)]
    known = [(d, v.outcome) for d, v in verdicts if v is not None]
    good = [d for d, outcome in known if outcome == "in_time" and complaint(d, settled, period.cut) is None]
    unknown = [d for d, outcome in known if outcome == "unknown"]
    return len(good), len(known) - len(unknown), len(unknown)


def services_used_share(listed: Sequence[Procedure], period: Period, settled: Settled) -> Count:
    """Rule: "services with online dossiers / services": public, in force, offered online."""
    online = [dossier for dossier in received_in(settled.dossiers, period) if dossier.channel == 2]
    used = {dossier.procedure.MaTTHC for dossier in online}
    meant = [p for p in listed if procedures.is_public(p) and procedures.in_force(p, period.cut)]
    offered = [p for p in meant if procedures.is_online(p) is not False]
    return procedures.judged(offered, lambda p: None if p.MucDo is None else p.MaTTHC in used)


def payment_used_share(listed: Sequence[Procedure], period: Period, settled: Settled) -> Count:
    """Rule: "TTHC có giao dịch TTTT" of those in force that have a fee."""
    paid = [d for d in received_in(settled.dossiers, period) if d.procedure.CoPhiLePhi == 1 and is_paid_online(d)]
    used = {dossier.procedure.MaTTHC for dossier in paid}
    return procedures.flagged(listed, period, "CoPhiLePhi", lambda p: p.MaTTHC in used)


OVER_SERVICES = {"services_used_share": services_used_share, "payment_used_share": payment_used_share}
# Fields without which a figure is not known: the day that counts for the period, and the value.
FIELDS = {
    "phan_anh.MaHoSo": "MaHoSo",
    "phan_anh.NgayTuChoi": "NgayTuChoi",
    "phan_anh.NgayYeuCauBoSung": "NgayYeuCauBoSung",
    "phan_anh.NgayCongKhai": "NgayCongKhai",
}


def absent_fields(settled: Settled, period: Period) -> set[str]:
    """Return the fields that no row of a day up to the cut has."""
    found = set()
    for name, field in FIELDS.items():
        if not any(getattr(i, field) is not None and i.NgayGui.date() <= period.cut for i in settled.feedback):
            found.add(name)
    if not any(one.verified is not None and one.received <= period.cut for one in settled.dossiers):
        found.add("ho_so.TaiKhoanDuocXacThucVoiVNeID")
    return found
