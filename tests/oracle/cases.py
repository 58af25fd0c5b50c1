"""The cases behind every indicator, once more: which dossier, fee, procedure or task counts, from when, and why not.

Here: one function per indicator and rule, its rows as the views in schema `cases` have them. Not here: their sums
(values), and facts that no indicator counts.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from . import rule_766
from .cases_of_province import of_procedures, of_tasks
from .facts import first_letter, first_notice
from .periods import Period, periods, score_periods
from .plan import is_reused
from .records import Feedback
from .registers import own_unit
from .rule_766_opinion import IN_TIME, complaint, feedback_complaint, feedback_due, feedback_reason, repeating
from .rule_766_time import Verdict, open_verdict, resolved_verdict
from .settle import day_of
from .settled import Dossier, Settled
from .terms import (
    SATISFIED,
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
)

# case_code, unit_code, unit_level, event_date, superseded_on, counts_from, reason
ByDay = tuple[str, str, str, date, date | None, date | None, str]
# period_code, case_code, unit_code, unit_level, counts, reason
ByPeriod = tuple[str, str, str, str, bool | None, str]


def by_day(dossier: Dossier, day: date, counts: bool, reason: str, part: str = "") -> ByDay:
    """Return a case that counts, if it ever does, from the day that decides its period."""
    return (dossier.code + part, dossier.unit_code, dossier.unit_level, day, None, day if counts else None, reason)


def received(judge: Callable[[Dossier], tuple[bool, str] | None]) -> Callable[[Dossier], Iterator[ByDay]]:
    """Return cases by the day of receipt; `judge` says whether a dossier counts and why, or null if it is no case."""

    def cases(dossier: Dossier) -> Iterator[ByDay]:
        judged = judge(dossier)
        if judged is not None:
            yield by_day(dossier, dossier.received, *judged)

    return cases


def resolved(judge: Callable[[Dossier], tuple[bool, str] | None]) -> Callable[[Dossier], Iterator[ByDay]]:
    """Return the same by the day of the finish."""

    def cases(dossier: Dossier) -> Iterator[ByDay]:
        judged = judge(dossier) if dossier.finished else None
        if judged is not None and dossier.finished:
            yield by_day(dossier, dossier.finished, *judged)

    return cases


def either(holds: bool, yes: str, no: str) -> tuple[bool, str]:
    """Return whether it counts, and the word for it."""
    return holds, yes if holds else no


def digitised(dossier: Dossier) -> tuple[bool, str]:
    if any(part.DuocSoHoa == 1 for part in live(dossier)):
        return True, "digitised"
    return False, "not_digitised" if live(dossier) else "no_component"


def wholly_digitised(dossier: Dossier) -> tuple[bool, str]:
    has = rule_766.has_component_file(dossier), rule_766.has_result_file(dossier)
    words = {(True, True): "both_files", (True, False): "no_result_file", (False, True): "no_component_file"}
    return has == (True, True), words.get(has, "no_file")


def copied(dossier: Dossier) -> str:
    if is_synced(dossier):
        return "synced"
    return "not_found" if dossier.copy is None else "other_received_date"


def matching(dossier: Dossier) -> tuple[bool, str] | None:
    if dossier.copy is None:
        return None
    if is_matching(dossier):
        return True, "matching"
    return False, "other_finish_date" if dossier.copy.TrangThaiHoSo == dossier.status else "other_status"


def own_result(dossier: Dossier) -> tuple[bool, str] | None:
    if dossier.status not in (9, 10) or dossier.procedure.CoKetQua != 1:
        return None
    if has_own_result_file(dossier):
        return True, "own_result"
    return False, "input_sent_as_result" if rule_766.has_result_file(dossier) else "no_result_file"


def result(dossier: Dossier) -> tuple[bool, str] | None:
    if dossier.procedure.CoKetQua != 1:
        return None
    return either(rule_766.has_result_file(dossier), "result_file", "no_result_file")


def paid_online(dossier: Dossier) -> tuple[bool, str] | None:
    if dossier.procedure.CoPhiLePhi != 1 or rule_766.is_exempt(dossier):
        return None
    return either(rule_766.is_paid_online(dossier), "paid_online", "not_paid_online")


def online_766(dossier: Dossier) -> tuple[bool, str] | None:
    reason = rule_766.online_reason(dossier)
    return None if reason == "unknown" else (reason == "online", reason)


def online(dossier: Dossier) -> tuple[bool, str]:
    return either(dossier.channel == 2, "online", "not_online")


def payments(dossier: Dossier) -> Iterator[ByDay]:
    """Yield each fee request that was paid."""
    for fee in dossier.fees:
        paid = day_of(fee.NgayThuPhi)
        if fee.TrangThaiThanhToan == 1 and fee.Gia > 0 and paid:
            way = fee.HinhThucThanhToan
            yield by_day(dossier, paid, way == "truc-tuyen", way or "method_unknown", f" {fee.MaPhiLePhi}")


def ratings(dossier: Dossier) -> Iterator[ByDay]:
    """Yield each rating, up to the day of the next."""
    given = sorted(dossier.ratings, key=lambda rating: rating.ThoiGianDanhGia)
    for rating, following in zip(given, [*given[1:], None], strict=False):
        day, says = rating.ThoiGianDanhGia.date(), rating.DanhGia
        case = by_day(dossier, day, says in SATISFIED, says)
        yield (*case[:4], None if following is None else following.ThoiGianDanhGia.date(), *case[5:])


def notified(dossier: Dossier) -> Iterator[ByDay]:
    """Yield each resolved dossier; it counts from the day of its first delivered notification."""
    if dossier.finished:
        sent = first_notice(dossier)
        yield (*by_day(dossier, dossier.finished, False, "")[:5], sent, "not_notified" if sent is None else "notified")


BY_DAY: dict[str, Callable[[Dossier], Iterator[ByDay]]] = {
    "on_time_rate__plan": resolved(lambda d: (outcome(d) != "overdue", outcome_reason(d) or "")),
    "online_share__plan": received(online),
    "online_resolved_share__plan": resolved(online),
    "digitised_share__plan": received(digitised),
    "data_reuse_share__plan": received(lambda d: either(is_reused(d), "reused", "not_reused")),
    "online_payment_share__plan": payments,
    "satisfaction_rate__plan": ratings,
    "notification_share__plan": notified,
    "result_digitised_share__plan": resolved(own_result),
    "sync_rate__plan": received(lambda d: (is_synced(d), copied(d))),
    "sync_match_rate__plan": received(matching),
    "online_share__766": received(online_766),
    "digitised_share__766": received(wholly_digitised),
    "data_reuse_share__766": received(lambda d: either(rule_766.is_component_reused(d), "reused", "not_reused")),
    "personal_store_share__766": received(lambda d: either(rule_766.is_from_store(d), "from_store", "not_from_store")),
    "population_data_share__766": received(
        lambda d: either(d.verified == 1, "identity_verified", "identity_not_verified")
    ),
    "result_digitised_share__766": received(result),
    "online_payment_share__766": received(paid_online),
    "sync_rate__766": received(lambda d: (d.copy is not None, copied(d))),
}


def feedback_on_time(settled: Settled) -> Iterator[ByDay]:
    """Yield each item that has a deadline."""
    for item in settled.feedback:
        deadline, answered = feedback_deadline(item), day_of(item.NgayTraLoi)
        if deadline is not None:
            in_time = answered is not None and answered <= deadline
            reason = "answered_in_time" if in_time else "not_answered" if answered is None else "answered_late"
            home = settled.feedback_home(item)
            yield item.MaPhanAnh, home.MaDonVi, home.Cap, deadline, None, deadline if in_time else None, reason


def feedback_satisfaction(settled: Settled) -> Iterator[ByDay]:
    """Yield each item that was answered and rated."""
    for item in settled.feedback:
        answered, says = day_of(item.NgayTraLoi), item.MucDoHaiLong
        if answered is not None and says is not None:
            home, from_day = settled.feedback_home(item), answered if says in SATISFIED else None
            yield item.MaPhanAnh, home.MaDonVi, home.Cap, answered, None, from_day, says


def feedback_766(settled: Settled, judge: Callable[[Feedback], str], good: tuple[str, ...]) -> Iterator[ByDay]:
    """Yield each item by the day on which it is due under rule 766."""
    for item in settled.feedback:
        due, why = feedback_due(item), judge(item)
        if due is not None:
            home = settled.feedback_home(item)
            yield item.MaPhanAnh, home.MaDonVi, home.Cap, due, None, due if why in good else None, why


def feedback_satisfaction_766(settled: Settled) -> Iterator[ByDay]:
    """Yield the same of satisfaction."""
    repeated = repeating(settled)
    return feedback_766(settled, lambda item: feedback_complaint(item, repeated), ("no_complaint",))


OVER_FEEDBACK: dict[str, Callable[[Settled], Iterator[ByDay]]] = {
    "feedback_on_time_rate__plan": feedback_on_time,
    "feedback_satisfaction_rate__plan": feedback_satisfaction,
    "feedback_on_time_rate__766": lambda settled: feedback_766(settled, feedback_reason, IN_TIME),
    "feedback_satisfaction_rate__766": feedback_satisfaction_766,
}


def apologies(dossier: Dossier, period: Period) -> Iterator[ByPeriod]:
    """Yield resolved overdue in the period, or open and overdue at its cut."""
    letter = first_letter(dossier)
    apologised = letter is not None and letter <= period.cut
    home = dossier.home(period.cut)
    who = period.code, dossier.code, home.MaDonVi, home.Cap
    if period.holds(dossier.finished) and outcome(dossier) == "overdue":
        yield *who, *either(apologised, "apologised", "no_letter")
    if is_open(dossier, period.cut) and open_overdue(dossier, period.cut):
        yield *who, *either(apologised, "apologised", "open_no_letter")


def timeliness_766(dossier: Dossier, period: Period) -> Iterator[ByPeriod]:
    """Yield resolved in the period, or open at its cut and not plainly in time."""
    counts = {"in_time": True, "overdue": False, "unknown": None}

    def case(verdict: Verdict, prefix: str = "") -> ByPeriod:
        home = dossier.home(period.cut)
        who = period.code, dossier.code, home.MaDonVi, home.Cap
        return *who, counts[verdict.outcome], prefix + verdict.reason

    verdict = resolved_verdict(dossier)
    if period.holds(dossier.finished) and verdict:
        yield case(verdict)
    if is_open(dossier, period.cut) and is_in_doubt(dossier, period.cut):
        yield case(open_verdict(dossier, period.cut), "open_")


def satisfaction_766(dossier: Dossier, period: Period, settled: Settled) -> Iterator[ByPeriod]:
    """Yield what rule 766 judges by time, and what is open, plainly in time and complained about."""
    said = complaint(dossier, settled, period.cut)
    for case in timeliness_766(dossier, period):
        yield (*case[:4], False, said) if case[4] and said else case
    if said and is_open(dossier, period.cut) and not is_in_doubt(dossier, period.cut):
        home = dossier.home(period.cut)
        yield period.code, dossier.code, home.MaDonVi, home.Cap, False, f"open_{said}"


def own_online(dossier: Dossier, period: Period) -> Iterator[ByPeriod]:
    """Yield the dossiers of the department that makes the plan on the period's last day."""
    home = dossier.home(period.cut)
    if period.holds(dossier.received) and home.MaDonVi == own_unit(period.end):
        yield period.code, dossier.code, home.MaDonVi, home.Cap, *online(dossier)


def own_online_resolved(dossier: Dossier, period: Period) -> Iterator[ByPeriod]:
    """Yield the same of what was resolved."""
    home = dossier.home(period.cut)
    if period.holds(dossier.finished) and home.MaDonVi == own_unit(period.end):
        yield period.code, dossier.code, home.MaDonVi, home.Cap, *online(dossier)


# Indicators over procedures that the score is made of: they have cases in its own periods too.
SCORED = {
    "payment_enabled_share__plan", "payment_enabled_share__766", "online_service_coverage__766",
    "published_on_time_share__plan", "services_used_share__766", "payment_used_share__766",
}  # fmt: skip
BY_PERIOD: dict[str, Callable[[Dossier, Period], Iterator[ByPeriod]]] = {
    "apology_rate__plan": apologies,
    "own_online_share__plan": own_online,
    "own_online_resolved_share__plan": own_online_resolved,
    "on_time_rate__766": timeliness_766,
}


def cases(settled: Settled, as_of: date) -> dict[str, list[tuple[Any, ...]]]:
    """Return every case of every indicator, by `<code>__<rule>`."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    for name, of_dossier in BY_DAY.items():
        found[name] = [case for dossier in settled.dossiers for case in of_dossier(dossier)]
    for name, of_feedback in OVER_FEEDBACK.items():
        found[name] = list(of_feedback(settled))
    begun = periods(as_of)
    for name, in_period in BY_PERIOD.items():
        found[name] = [case for one in begun for dossier in settled.dossiers for case in in_period(dossier, one)]
    found["satisfaction_rate__766"] = [
        case for one in begun for dossier in settled.dossiers for case in satisfaction_766(dossier, one, settled)
    ]
    for one in score_periods(as_of):
        for name, case in of_procedures(settled, one):
            if name in SCORED:
                found.setdefault(name, []).append(case)
    for one in begun:
        for name, case in (*of_procedures(settled, one), *of_tasks(settled, one)):
            found.setdefault(name, []).append(case)
    return found
