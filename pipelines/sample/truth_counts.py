"""Form II.06a and the plan's indicators over dossiers and feedback, for one period: counts by level.

Belongs here: which dossiers, fees, ratings and feedback items a period counts. Does not belong here: facts of each
(`truth_facts`). Each count is an array: one entry per level, the province's at the end.
"""

import numpy as np

from pipelines.sample.behaviour import LEVELS, Flags, Floats, Ints
from pipelines.sample.clock import DAY, NEVER
from pipelines.sample.truth_facts import DossierFacts

PROVINCE_SCOPE = len(LEVELS)

Counts = dict[str, Ints]
Shares = dict[str, tuple[Ints, Ints]]


def count_form(facts: DossierFacts, start: int, cut: int) -> Counts:
    """Return the columns of form II.06a."""
    received, finished = facts.received, facts.finished
    arrived = (received >= start) & (received <= cut)
    carried = (received < start) & (finished >= start)
    resolved = (finished >= start) & (finished <= cut)
    early, overdue = _early(facts), _overdue(facts)
    standing, late = _open(facts, cut), _open_overdue(facts, cut)

    def count(which: Flags) -> Ints:
        return _per_scope(facts.level, which)

    return {
        "received_total": count(arrived | carried),
        "received_online": count(arrived & facts.online),
        "received_direct": count(arrived & ~facts.online),
        "carried_over": count(carried),
        "resolved_total": count(resolved),
        "resolved_early": count(resolved & early),
        "resolved_on_time": count(resolved & ~early & ~overdue),
        "resolved_overdue": count(resolved & overdue),
        "open_total": count(standing),
        "open_in_time": count(standing & ~late),
        "open_overdue": count(late),
    }


def count_indicators(facts: DossierFacts, start: int, cut: int) -> Shares:
    """Return numerator and denominator of every indicator over dossiers and feedback, rule `plan`."""
    arrived = (facts.received >= start) & (facts.received <= cut)
    resolved = (facts.finished >= start) & (facts.finished <= cut)
    handed_out = resolved & ~facts.withdrawn & facts.owes_result
    late = (resolved & _overdue(facts)) | _open_overdue(facts, cut)

    def share(of: Flags, which: Flags) -> tuple[Ints, Ints]:
        return _per_scope(facts.level, of & which), _per_scope(facts.level, of)

    return {
        "on_time_rate": share(resolved, ~_overdue(facts)),
        "satisfaction_rate": _satisfaction(facts, start, cut),
        "online_share": share(arrived, facts.online),
        "online_resolved_share": share(resolved, facts.online),
        "own_online_share": share(arrived & facts.own, facts.online),
        "own_online_resolved_share": share(resolved & facts.own, facts.online),
        "digitised_share": share(arrived, facts.digitised),
        "data_reuse_share": share(arrived, facts.reused),
        "result_digitised_share": share(handed_out, facts.own_result),
        "online_payment_share": _payments(facts, start, cut),
        "sync_rate": share(arrived, facts.synced),
        "sync_match_rate": share(arrived & facts.found, facts.matching),
        "notification_share": share(resolved, facts.notified <= cut),
        "apology_rate": share(late, facts.apologised <= cut),
        **_feedback(facts, start, cut),
    }


def _early(facts: DossierFacts) -> Flags:
    return ~facts.withdrawn & (facts.finished < facts.due) & (facts.due < NEVER)


def _overdue(facts: DossierFacts) -> Flags:
    return ~facts.withdrawn & (facts.finished > facts.due)


def _open(facts: DossierFacts, cut: int) -> Flags:
    return (facts.received <= cut) & (facts.finished > cut)


def _open_overdue(facts: DossierFacts, cut: int) -> Flags:
    return _open(facts, cut) & (facts.due < cut) & ~facts.paused(cut)


def _satisfaction(facts: DossierFacts, start: int, cut: int) -> tuple[Ints, Ints]:
    """Return numerator and denominator of satisfaction: the newest rating of each dossier; kinds 0 and 1 count."""
    day = facts.ratings.moment // DAY
    rows = np.flatnonzero((day >= start) & (day <= cut))
    newest = np.full(len(facts.level), -1)
    newest[facts.ratings.dossier[rows]] = facts.ratings.kind[rows]  # ordered by moment: the last one stays
    return _per_scope(facts.level, (newest == 0) | (newest == 1)), _per_scope(facts.level, newest >= 0)


def _payments(facts: DossierFacts, start: int, cut: int) -> tuple[Ints, Ints]:
    fees, level = facts.fees, facts.level[facts.fees.dossier]
    paid = (fees.paid >= start) & (fees.paid <= cut)
    return _per_scope(level, paid & fees.online), _per_scope(level, paid)


def _feedback(facts: DossierFacts, start: int, cut: int) -> Shares:
    items = facts.feedback
    due = (items.deadline >= start) & (items.deadline <= cut)
    rated = (items.answered >= start) & (items.answered <= cut) & (items.rating >= 0)

    def share(of: Flags, which: Flags) -> tuple[Ints, Ints]:
        return _per_scope(items.level, of & which), _per_scope(items.level, of)

    return {
        "feedback_on_time_rate": share(due, items.answered <= items.deadline),
        "feedback_satisfaction_rate": share(rated, items.rating <= 1),
    }


def _per_scope(level: Ints, which: Flags) -> Ints:
    counted = level[which]
    counts: Floats | Ints = np.bincount(counted[counted >= 0], minlength=len(LEVELS))
    return np.append(counts, len(counted))
