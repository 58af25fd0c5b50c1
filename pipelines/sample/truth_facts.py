"""Facts of each dossier and feedback item that indicators count, from the generator's own arrays.

Belongs here: the terms of the indicators (in scope, finished, paused, in time), computed with numpy. Does not belong
here: periods and figures (`truth_counts`), reading the written files, the pipeline's SQL.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from pipelines.sample.behaviour import Flags, Ints
from pipelines.sample.clock import DAY, NEVER
from pipelines.sample.dossier_table import DossierTable
from pipelines.sample.dossiers import State
from pipelines.sample.events import Events
from pipelines.sample.lists import Feedback, draw_feedback
from pipelines.sample.papers import ONLINE, Fees
from pipelines.sample.province_draws import ProvinceDraws

# A step may say anything; an open dossier can only be in one of these.
OPEN_STATUSES = (2, 4, 5, 6, 8)


@dataclass(frozen=True)
class DossierFacts:
    """One entry per dossier; dates are days since 1970, NEVER where there is none or the dossier is out of scope.

    Attributes:
        level: Position in LEVELS of the unit that answers at the cut, -1 for the province itself (see `at`).
        own: Whether that unit is the department that makes the plan.
        answering: Return the unit that answers for each dossier on a day.
        answering_feedback: The same for feedback items.
        unit_level: Per unit: position of its level in LEVELS.
        reported: When the newest state of a dossier was reported; `status` is the status of that state.
    """

    level: Ints
    answering: Callable[[Ints], Ints]
    answering_feedback: Callable[[Ints], Ints]
    unit_level: Ints
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

    def at(self, cut: int, own: int) -> "DossierFacts":
        """Return the facts with level and `own` of the unit that answers at a cut, or at the finish if that is earlier.

        Args:
            cut: The day.
            own: Position of the department that makes the plan.
        """
        unit = self.answering(np.minimum(self.finished, cut))
        items = self.answering_feedback(np.minimum(self.feedback.answered, cut))
        feedback = replace(self.feedback, level=self.unit_level[items])
        return replace(self, level=self.unit_level[unit], own=unit == own, feedback=feedback)

    def status_at(self, cut: int) -> Ints:
        """Return the status at a cut (day since 1970): of the newest state if reported by then, else of the last step.

        A step only counts if an open dossier can have its status.
        """
        row = np.full(len(self.status), -1)
        seen = np.flatnonzero(self.steps.moment // DAY <= cut)
        row[self.steps.dossier[seen]] = seen  # ordered by moment: the last one stays
        step = self.steps.kind[row]
        by_step = (self.reported > cut) & (row >= 0) & np.isin(step, OPEN_STATUSES)
        return np.where(by_step, step, self.status)

    def paused(self, cut: int) -> Flags:
        """Return True for dossiers with a supplement open at the cut, or with a status that stops the clock."""
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
    """Feedback items; `level` is that of the answering unit, `rating` is -1 where there is none."""

    level: Ints
    deadline: Ints
    answered: Ints
    rating: Ints


def facts_of(province: ProvinceDraws) -> DossierFacts:
    """Return the facts of each dossier from its newest state and its child rows."""
    lifecycles, arrivals, papers = province.lifecycles, province.lifecycles.arrivals, province.papers
    components, results = papers.components, papers.results
    state, draws, count = lifecycles.state(province.as_of), DossierTable(province).draws, len(arrivals)
    scope = ~state.deleted & (state.status != 1) & (state.status != 3)
    finished = _finished(state, scope)
    waits = tuple(
        (_day(np.where(lifecycles.supplement_is_reported, s.asked, NEVER)), _day(s.answered))
        for s in lifecycles.supplements
    )
    successions, feedback = province.successions, draw_feedback(province)
    # Sent again under the heir's code, a dossier is its from the day on which the unit before ended.
    heir_from = np.where(province.handed_on, province.reference.last_day[arrivals.unit], NEVER)

    def answering(day: Ints) -> Ints:
        heir = np.where(province.handed_on, arrivals.heir, arrivals.unit)
        return successions.answering(np.where(day > heir_from, heir, arrivals.unit), day)

    found = ~draws["missing"]
    return DossierFacts(
        level=arrivals.level,
        answering=answering,
        answering_feedback=lambda day: successions.answering(feedback.unit, day),
        unit_level=province.reference.unit_level,
        received=_day(np.where(scope, state.received, NEVER)),
        due=_day(state.due),
        finished=finished,
        status=state.status,
        reported=_reported(province, draws["no_update_time"]),
        steps=province.steps,
        waits=waits,
        has_supplements=np.any([asked < NEVER for asked, _ in waits], axis=0),
        withdrawn=(state.status == 7) & (finished < NEVER),
        online=arrivals.channel == 2,
        own=np.zeros(count, dtype=bool),
        digitised=_any_of(components.dossier[components.digitised & ~components.deleted], count),
        reused=_any_of(
            components.dossier[((components.reused > 0) | components.from_store) & ~components.deleted], count
        ),
        owes_result=province.limits.has_result[arrivals.procedure],
        own_result=_any_of(results.dossier[~results.is_input], count),
        found=found,
        synced=found & ~draws["received_differs"],
        matching=found & _reported_alike(state, finished, draws["status_differs"]),
        notified=_first(province.notices, province.notices.kind < 10, count),
        apologised=_first(province.apologies, province.apologies.kind >= 0, count),
        ratings=_of_scope(province.ratings, scope),
        fees=_fees(papers.fees, scope),
        feedback=_feedback(province, feedback),
    )


def _day(moment: Ints) -> Ints:
    return np.where(moment < NEVER, moment // DAY, NEVER)


def _finished(state: State, scope: Flags) -> Ints:
    done = scope & np.isin(state.status, (7, 9, 10))
    finish = np.where(state.finished < NEVER, state.finished, state.returned)
    return _day(np.where(done, finish, NEVER))


def _reported(province: ProvinceDraws, no_update_time: Flags) -> Ints:
    """Return the day of the last change; where the system does not report it, the business day of its delivery."""
    changed = province.lifecycles.last_change(province.as_of)
    brought = province.delivery_of(np.maximum(changed, province.entered))
    # A dossier submitted after the as-of day has no change and no delivery.
    day_brought = province.ends[np.minimum(brought, len(province.ends) - 1)]
    return np.where(no_update_time, day_brought, changed) // DAY


def _reported_alike(state: State, finished: Ints, lags: Flags) -> Flags:
    """Return whether the portal's copy has the same status and finish date; it has no date of return."""
    copied = np.where(np.isin(state.status, (7, 9, 10)), _day(state.finished), NEVER)
    alike: Flags = ~(lags & (state.status >= 4)) & (copied == finished)
    return alike


def _any_of(dossier: Ints, count: int) -> Flags:
    return np.bincount(dossier, minlength=count) > 0


def _first(events: Events, which: Flags, count: int) -> Ints:
    first = np.full(count, NEVER)
    np.minimum.at(first, events.dossier[which], events.moment[which] // DAY)
    return first


def _of_scope(events: Events, scope: Flags) -> Events:
    rows = scope[events.dossier]
    return Events(events.dossier[rows], events.moment[rows], events.kind[rows])


def _fees(fees: Fees, scope: Flags) -> FeeFacts:
    rows = (fees.paid < NEVER) & fees.has_payment_date & (fees.amount > 0) & scope[fees.dossier]
    return FeeFacts(fees.dossier[rows], _day(fees.paid[rows]), (fees.method == ONLINE)[rows])


def _feedback(province: ProvinceDraws, feedback: Feedback) -> FeedbackFacts:
    """Return feedback items; an item without a deadline gets the 15th working day after it was sent."""
    clock = province.clock
    sent = feedback.sent // DAY
    # A day's number is that of the next working day, so a free day is itself one short.
    fifteenth = clock.working_days[clock.number(sent) + np.where(clock.worked(sent), 15, 14)]
    return FeedbackFacts(
        level=province.reference.unit_level[feedback.unit],
        deadline=np.where(feedback.deadline < NEVER, _day(feedback.deadline), fifteenth),
        answered=_day(feedback.answered),
        rating=feedback.rating,
    )
