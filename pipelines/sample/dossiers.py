"""The lifecycle of every dossier as moments, and the state that the source system shows at a given moment.

Belongs here: what a lifecycle consists of, and the state that follows from it. Does not belong here: drawing it
(`lifecycles`), documents, applicants, files, indicators.
"""

from dataclasses import dataclass

import numpy as np

from pipelines.sample.arrivals import Arrivals
from pipelines.sample.behaviour import Flags, Ints
from pipelines.sample.clock import NEVER


@dataclass(frozen=True)
class Supplement:
    """A request for missing papers: when it was asked for and answered, and the due date before and after."""

    asked: Ints
    answered: Ints
    due_before: Ints
    due_after: Ints


@dataclass(frozen=True)
class Lifecycles:
    """Moments per dossier, NEVER where it did not happen by the as-of day.

    Positions as in Arrivals.
    """

    arrivals: Arrivals
    due: Ints
    taken_up: Ints
    supplements: tuple[Supplement, ...]
    supplement_is_reported: Flags
    paused: Ints
    paused_status: Ints
    finished: Ints
    withdrawn: Flags
    finish_is_reported: Flags
    stray_finish: Ints
    returned: Ints
    paid: Ints
    deleted: Ints

    @property
    def moments(self) -> tuple[Ints, ...]:
        """All moments at which the state in the source system changes."""
        asked = (moment for s in self.supplements for moment in (s.asked, s.answered))
        first = (self.arrivals.submitted, self.arrivals.received, self.taken_up, *asked, self.paused)
        return (*first, self.finished, self.stray_finish, self.returned, self.paid, self.deleted)

    def last_change(self, at: int) -> Ints:
        """Return the moment of the last change up to `at`; 0 where the dossier did not exist yet."""
        last = np.zeros_like(self.arrivals.submitted)
        for moment in self.moments:
            last = np.maximum(last, np.where(moment <= at, moment, 0))
        return last

    def state(self, at: int) -> "State":
        """Return the state that the source system shows at a moment, for every dossier submitted by then."""
        seen = self.arrivals.received <= at
        status = np.where(seen, np.where(self.arrivals.refused, 3, 2), 1)
        status = np.where(self.taken_up <= at, 4, status)
        due = np.where(seen, self.due, NEVER)
        for supplement in self.supplements:
            status = np.where((supplement.asked <= at) & (supplement.answered > at), 5, status)
            due = np.where(supplement.answered <= at, supplement.due_after, due)
        status = np.where(self.paused <= at, self.paused_status, status)
        finished, returned = self.finished <= at, self.returned <= at
        status = np.where(finished, np.where(self.withdrawn, 7, 9), status)
        status = np.where(returned, 10, status)
        finish = np.where(finished & self.finish_is_reported, self.finished, NEVER)
        finish = np.where(self.stray_finish <= at, self.stray_finish, finish)
        return State(
            status=status,
            received=np.where(seen, self.arrivals.received, NEVER),
            due=due,
            finished=finish,
            returned=np.where(returned, self.returned, NEVER),
            deleted=self.deleted <= at,
            paid=self.paid <= at,
        )


@dataclass(frozen=True)
class State:
    """The columns of a dossier at one moment."""

    status: Ints
    received: Ints
    due: Ints
    finished: Ints
    returned: Ints
    deleted: Flags
    paid: Flags
