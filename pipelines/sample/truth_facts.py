"""What counts of each dossier and of each item of feedback, from the generator's own arrays.

Belongs here: the terms of the design's indicators (in scope, finished, paused, in time), with numpy. Does not belong
here: periods and figures (truth_counts.py), reading what was written, the pipeline's own SQL.
"""

from dataclasses import dataclass

import numpy as np

from pipelines.sample.behaviour import Flags, Ints
from pipelines.sample.clock import DAY, NEVER
from pipelines.sample.doings import Events
from pipelines.sample.dossier_table import DossierTable
from pipelines.sample.dossiers import State
from pipelines.sample.drawn import DrawnProvince
from pipelines.sample.lists import draw_feedback
from pipelines.sample.papers import ONLINE, Fees

# A step may say anything; an open dossier can only be in one of these.
OPEN_STATUSES = (2, 4, 5, 6, 8)


@dataclass(frozen=True)
class DossierFacts:
    """Per dossier; dates are days since 1970, NEVER where there is none.

    Out of scope: nothing ever happens.

    Attributes:
        reported: When the newest state of a dossier was reported; `status` is that state's.
    """

    level: Ints
    received: Ints
    due: Ints
    finished: Ints
    status: Ints
    reported: Ints
    steps: Events
    waits: tuple[tuple[Ints, Ints], ...]
    has_supplements: Flags
    withdrawn: Flags
    online: Flags
    own: Flags
    digitised: Flags
    reused: Flags
    owes_result: Flags
    own_result: Flags
    found: Flags
    synced: Flags
    matching: Flags
    notified: Ints
    apologised: Ints
    ratings: Events
    fees: "FeeFacts"
    feedback: "FeedbackFacts"

    def status_at(self, cut: int) -> Ints:
        """Return the newest state's status where it was reported by then; else the newest step's, if it can be true."""
        row = np.full(len(self.status), -1)
        seen = np.flatnonzero(self.steps.moment // DAY <= cut)
        row[self.steps.dossier[seen]] = seen  # ordered by moment: the last one stays
        step = self.steps.kind[row]
        by_step = (self.reported > cut) & (row >= 0) & np.isin(step, OPEN_STATUSES)
        return np.where(by_step, step, self.status)

    def paused(self, cut: int) -> Flags:
        """Return True for a supplement open at the cut, or a status that stops the clock."""
        status = self.status_at(cut)
        result: Flags = (status == 6) | (status == 8) | ((status == 5) & ~self.has_supplements)
        for asked, answered in self.waits:
            result |= (asked <= cut) & (answered > cut)
        return result


@dataclass(frozen=True)
class FeeFacts:
    """Fee requests with an amount, paid on a known day."""

    dossier: Ints
    paid: Ints
    online: Flags


@dataclass(frozen=True)
class FeedbackFacts:
    """Items of feedback, by the level of the unit that answers.

    `rating` is -1 where there is none.
    """

    level: Ints
    deadline: Ints
    answered: Ints
    rating: Ints


def facts_of(province: DrawnProvince) -> DossierFacts:
    """Return what the newest state of each dossier, and all that belongs to it, says."""
    lives, arrivals, papers = province.lives, province.lives.arrivals, province.papers
    components, results = papers.components, papers.results
    state, drawn, count = lives.state(province.as_of), DossierTable(province).drawn, len(arrivals)
    scope = ~state.deleted & (state.status != 1) & (state.status != 3)
    finished = _finished(state, scope)
    waits = tuple((_day(np.where(lives.supplement_told, s.asked, NEVER)), _day(s.answered)) for s in lives.supplements)
    own = province.reference.units["MaDonVi"].to_list().index(province.reference.own_unit)
    found = ~drawn["missing"]
    return DossierFacts(
        level=arrivals.level,
        received=_day(np.where(scope, state.received, NEVER)),
        due=_day(state.due),
        finished=finished,
        status=state.status,
        reported=_reported(province, drawn["update_untold"]),
        steps=province.steps,
        waits=waits,
        has_supplements=np.any([asked < NEVER for asked, _ in waits], axis=0),
        withdrawn=(state.status == 7) & (finished < NEVER),
        online=arrivals.channel == 2,
        own=arrivals.unit == own,
        digitised=_any_of(components.dossier[components.digitised & ~components.deleted], count),
        reused=_any_of(
            components.dossier[((components.reused > 0) | components.from_store) & ~components.deleted], count
        ),
        owes_result=province.limits.has_result[arrivals.procedure],
        own_result=_any_of(results.dossier[~results.is_input], count),
        found=found,
        synced=found & ~drawn["received_differs"],
        matching=found & _reported_alike(state, finished, drawn["status_differs"]),
        notified=_first(province.notices, province.notices.kind < 10, count),
        apologised=_first(province.apologies, province.apologies.kind >= 0, count),
        ratings=_of_scope(province.ratings, scope),
        fees=_fees(papers.fees, scope),
        feedback=_feedback(province),
    )


def _day(moment: Ints) -> Ints:
    return np.where(moment < NEVER, moment // DAY, NEVER)


def _finished(state: State, scope: Flags) -> Ints:
    done = scope & np.isin(state.status, (7, 9, 10))
    told = np.where(state.finished < NEVER, state.finished, state.returned)
    return _day(np.where(done, told, NEVER))


def _reported(province: DrawnProvince, update_untold: Flags) -> Ints:
    """Return the day of the last change; where the system does not tell it, the business day that brought it."""
    changed = province.lives.last_change(province.as_of)
    brought = province.delivery_of(np.maximum(changed, province.entered))
    # What is handed in after the as-of day has not changed at all, and has no delivery.
    day_brought = province.ends[np.minimum(brought, len(province.ends) - 1)]
    return np.where(update_untold, day_brought, changed) // DAY


def _reported_alike(state: State, finished: Ints, lags: Flags) -> Flags:
    """Return whether the portal's copy tells the same status and finish date; it has no date of handing over."""
    copied = np.where(np.isin(state.status, (7, 9, 10)), _day(state.finished), NEVER)
    alike: Flags = ~(lags & (state.status >= 4)) & (copied == finished)
    return alike


def _any_of(dossier: Ints, count: int) -> Flags:
    return np.bincount(dossier, minlength=count) > 0


def _first(doings: Events, which: Flags, count: int) -> Ints:
    first = np.full(count, NEVER)
    np.minimum.at(first, doings.dossier[which], doings.moment[which] // DAY)
    return first


def _of_scope(doings: Events, scope: Flags) -> Events:
    rows = scope[doings.dossier]
    return Events(doings.dossier[rows], doings.moment[rows], doings.kind[rows])


def _fees(fees: Fees, scope: Flags) -> FeeFacts:
    rows = (fees.paid < NEVER) & fees.date_told & (fees.amount > 0) & scope[fees.dossier]
    return FeeFacts(fees.dossier[rows], _day(fees.paid[rows]), (fees.method == ONLINE)[rows])


def _feedback(province: DrawnProvince) -> FeedbackFacts:
    """Return feedback with its deadline: if the item has none, the 15th working day after the item was sent."""
    feedback, clock = draw_feedback(province), province.clock
    sent = feedback.sent // DAY
    # A day's number is that of the next working day, so a free day is itself one short.
    fifteenth = clock.working_days[clock.number(sent) + np.where(clock.worked(sent), 15, 14)]
    return FeedbackFacts(
        level=province.reference.unit_level[feedback.unit],
        deadline=np.where(feedback.deadline < NEVER, _day(feedback.deadline), fifteenth),
        answered=_day(feedback.answered),
        rating=feedback.rating,
    )
