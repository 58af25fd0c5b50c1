"""Why our figures differ from the portal's, once more: each dossier that its copy lacks or shows with other days.

Here: which figures are compared, and the effect of each dossier on them. Not here: the figures (score).
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from . import rule_766
from .form import Scope
from .periods import Period
from .rule_766_time import open_verdict, resolved_verdict
from .score import Points, Score, components
from .settle import day_of
from .settled import Dossier
from .terms import copy_finished, is_open

Judge = Callable[[Dossier], bool | None]


def _owed_result(dossier: Dossier) -> bool | None:
    return rule_766.has_result_file(dossier) if dossier.procedure.CoKetQua == 1 else None


def _paid(dossier: Dossier) -> bool | None:
    if dossier.procedure.CoPhiLePhi != 1 or rule_766.is_exempt(dossier):
        return None
    return rule_766.is_paid_online(dossier)


def _online(dossier: Dossier) -> bool | None:
    reason = rule_766.online_reason(dossier)
    return None if reason == "unknown" else reason == "online"


# Whether a received dossier counts; null if it is in neither part.
RECEIVED: dict[str, Judge] = {
    "digitised_share": lambda d: rule_766.has_component_file(d) and rule_766.has_result_file(d),
    "data_reuse_share": rule_766.is_component_reused,
    "personal_store_share": rule_766.is_from_store,
    "population_data_share": lambda d: d.verified == 1,
    "result_digitised_share": _owed_result,
    "online_payment_share": _paid,
    "online_share": _online,
}


def compared(score: Score) -> dict[tuple[Scope, str], tuple[Period, Points]]:
    """Return, by subject and component, the first period of the score that reaches the portal's newest day."""
    offered: dict[tuple[Scope, str], list[tuple[Period, Points]]] = defaultdict(list)
    of_code = {period.code: period for period in score.periods}
    for (code, subject, component), found in score.points.items():
        if found.portal is not None and of_code[code].kind in ("to_date", "year"):
            offered[subject, component].append((of_code[code], found))

    def first(one: tuple[Period, Points]) -> tuple[Any, ...]:
        period, found = one
        assert found.portal is not None
        return -found.portal.NgayTinh.toordinal(), period.cut, period.kind

    return {name: min(some, key=first) for name, some in offered.items()}


def received_effect(dossier: Dossier, period: Period, judge: Judge) -> tuple[str, int, int] | None:
    """Return cause and effect on numerator and denominator of a share of received dossiers."""
    counts = judge(dossier)
    if counts is None:
        return None
    there = dossier.copy is not None and period.holds(day_of(dossier.copy.NgayTiepNhan))
    effect = int(period.holds(dossier.received)) - int(there)
    return "not_found" if dossier.copy is None else "other_received_date", effect * counts, effect


def handled_effect(dossier: Dossier, period: Period) -> tuple[str, int, int] | None:
    """Return the same of the share in time."""
    cut, copy, there = period.cut, dossier.copy, copy_finished(dossier)
    days = None if copy is None else (day_of(copy.NgayTiepNhan), there, day_of(copy.NgayHenTra))
    if days == (dossier.received, dossier.finished, dossier.due):
        return None
    still_open = is_open(dossier, cut)
    own = still_open or period.holds(dossier.finished)
    finished = dossier.finished is not None and dossier.finished <= cut
    finished_there = there is not None and there <= cut
    received_there = None if days is None else days[0]
    theirs = received_there is not None and received_there <= cut and (there is None or there >= period.start)
    if not own and not theirs:
        return None
    verdict = resolved_verdict(dossier) if finished else open_verdict(dossier, cut) if still_open else None
    outcome = "in_time" if verdict is None else verdict.outcome
    due_there = None if days is None else days[2]
    in_time_there = due_there is None or min(there or cut, cut) <= due_there
    effect = int(own and outcome == "in_time") - int(theirs and in_time_there)
    return (
        cause(dossier, finished, finished_there, there, due_there),
        effect,
        int(own and outcome != "unknown") - theirs,
    )


def cause(dossier: Dossier, finished: bool, finished_there: bool, there: date | None, due_there: date | None) -> str:
    """Return the first difference of these."""
    if dossier.copy is None:
        return "not_found"
    if finished != finished_there:
        return "finished_here_open_there" if finished else "open_here_finished_there"
    if finished and dossier.finished != there:
        return "other_finish_date"
    return "other_due_date" if dossier.due != due_there else "other_received_date"


def causes(score: Score) -> Counter[tuple[Any, ...]]:
    """Return decision_766_causes."""
    found: Counter[tuple[Any, ...]] = Counter()
    indicators = {str(one["code"]): one.get("indicator") for one in components()}
    for (subject, component), (period, _) in compared(score).items():
        sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
        for dossier in score.settled.dossiers:
            if not subject.covers(dossier, period):
                continue
            code = indicators[component]
            effect = handled_effect(dossier, period) if code == "on_time_rate" else None
            if code in RECEIVED and _differs(dossier):
                effect = received_effect(dossier, period, RECEIVED[code])
            if effect is not None and any(effect[1:]):
                sums[effect[0]][0] += 1
                sums[effect[0]][1] += effect[1]
                sums[effect[0]][2] += effect[2]
        for why, counts in sums.items():
            found[period.code, *subject, component, why, *counts] += 1
    return found


def _differs(dossier: Dossier) -> bool:
    copy = dossier.copy
    days = None if copy is None else (day_of(copy.NgayTiepNhan), copy_finished(dossier), day_of(copy.NgayHenTra))
    return days != (dossier.received, dossier.finished, dossier.due)


def compared_rows(score: Score) -> Iterator[tuple[Any, ...]]:
    """Yield decision_766_compared: ours, theirs, and the parts of the difference."""
    explained: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0])
    for _, *who, component, _, _, numerator, denominator in causes(score):
        explained[(*who, component)][0] += numerator
        explained[(*who, component)][1] += denominator
    for (subject, component), (period, ours) in compared(score).items():
        theirs = ours.portal
        assert theirs is not None
        parts = []
        for own, shown, known in zip(
            (ours.numerator, ours.denominator),
            (theirs.TuSo, theirs.MauSo),
            explained[(*subject, component)],
            strict=True,
        ):
            difference = None if own is None or shown is None else own - shown
            parts.append((difference, known, None if difference is None else difference - known))
        yield (
            period.code, theirs.NgayTinh, (period.cut - theirs.NgayTinh).days, *subject, component, *parts[0], *parts[1]
        )  # fmt: skip
