"""All random draws of a province together, from which every table is made.

Belongs here: dossier codes, and which delivery an event falls into. Does not belong here: drawing, columns.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from pipelines.sample.applicants import Applicants
from pipelines.sample.behaviour import Behaviour, Flags, Ints, stream
from pipelines.sample.clock import DAY, Clock, end_of
from pipelines.sample.dossiers import Lifecycles
from pipelines.sample.events import Events
from pipelines.sample.limits import ProcedureLimits
from pipelines.sample.papers import Papers
from pipelines.sample.reference import Reference
from pipelines.sample.successors import NOBODY, Successions


@dataclass(frozen=True)
class ProvinceDraws:
    """All draws of a province, ready to be written.

    Attributes:
        deliveries: The business days (ISO), the as-of day last.
        entered: Per dossier, the moment before which no delivery holds it or any of its child rows.
    """

    seed: int
    behaviour: Behaviour
    reference: Reference
    limits: ProcedureLimits
    clock: Clock
    deliveries: tuple[str, ...]
    lifecycles: Lifecycles
    papers: Papers
    applicants: Applicants
    steps: Events
    ratings: Events
    notices: Events
    apologies: Events
    entered: Ints

    @property
    def as_of(self) -> int:
        return int(self.ends[-1])

    @cached_property
    def ends(self) -> Ints:
        """Last second of each business day."""
        return np.array([end_of(day) for day in self.deliveries])

    @cached_property
    def codes(self) -> pl.Series:
        """Dossier codes: the unit, the day of submission and a running number of that unit and day."""
        arrivals = self.lifecycles.arrivals
        day = arrivals.submitted // DAY
        fresh = np.ones(len(arrivals), dtype=bool)
        fresh[1:] = (arrivals.unit[1:] != arrivals.unit[:-1]) | (day[1:] != day[:-1])
        starts = np.flatnonzero(fresh)
        number = np.arange(len(arrivals)) - np.repeat(starts, np.diff([*starts, len(arrivals)])) + 1
        table = pl.DataFrame({"day": self.clock.dates(arrivals.submitted), "number": number})
        unit = self.reference.units["MaDonVi"].gather(arrivals.unit)
        short_day = pl.col("day").cast(pl.String).str.slice(2)
        return table.select(
            pl.concat_str(unit, pl.lit("-"), short_day, pl.lit("-"), pl.col("number").cast(pl.String).str.zfill(4))
        )[:, 0]

    @cached_property
    def envelope_unit(self) -> int:
        """Position of the department whose last delivery is a sync message: the busiest one."""
        arrivals = self.lifecycles.arrivals
        many = np.bincount(arrivals.unit[arrivals.level == 0], minlength=self.reference.units.height)
        return int(np.where(self.reference.living(self.as_of // DAY), many, 0).argmax())

    @cached_property
    def successions(self) -> Successions:
        """Which unit takes the place of which."""
        return Successions(self.reference)

    @cached_property
    def handed_on(self) -> Flags:
        """Whether the system sends a dossier again under the heir of its abolished unit.

        It does with a part of those that it had told of before and that something happened to afterwards.
        """
        arrivals, unit = self.lifecycles.arrivals, self.lifecycles.arrivals.unit
        gone = self.reference.last_day[unit]
        begun = np.minimum(arrivals.submitted, arrivals.received)
        first_told = self.delivery_of(np.maximum(begun, self.entered))
        told = self.ends[np.minimum(first_told, len(self.ends) - 1)] // DAY <= gone
        changed = self.lifecycles.last_change(self.as_of) // DAY > gone
        again = stream(self.seed, "sent again").random(len(arrivals)) < self.behaviour["sent_again"]
        handed_on: Flags = (arrivals.heir != NOBODY) & told & changed & again
        return handed_on

    def handler(self, rows: Ints, at: int) -> Ints:
        """Return the unit under which the system sends dossiers (positions) at a moment."""
        arrivals = self.lifecycles.arrivals
        unit, heir = arrivals.unit[rows], arrivals.heir[rows]
        gone = self.reference.last_day[unit]
        moved = self.handed_on[rows] & (self.lifecycles.last_change(at)[rows] // DAY > gone)
        found = np.where(moved, self.successions.on(np.where(moved, heir, unit), gone + 1), unit)
        return np.where(arrivals.received[rows] > at, arrivals.asked[rows], found)

    def delivery_of(self, moment: Ints) -> Ints:
        """Return which delivery a moment falls into; len(deliveries) for what has not happened."""
        return np.searchsorted(self.ends, moment)

    def changed(self, nth: int) -> Ints:
        """Return the dossiers (positions) whose state the nth delivery holds."""
        last = self.lifecycles.last_change(int(self.ends[nth]))
        is_there = (last > 0) & (self.entered <= self.ends[nth])
        return np.flatnonzero(is_there & (np.maximum(last, self.entered) > (self.ends[nth - 1] if nth else 0)))

    def in_envelope(self, dossier: Ints) -> Flags:
        is_theirs: Flags = self.lifecycles.arrivals.unit[dossier] == self.envelope_unit
        return is_theirs
