"""The whole province as drawn, before anything is written: what all tables are made from.

Belongs here: dossier codes, and which delivery something falls into. Does not belong here: chance, columns.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from pipelines.sample.behaviour import Behaviour, Flags, Ints
from pipelines.sample.clock import DAY, Clock, end_of
from pipelines.sample.doings import Events
from pipelines.sample.dossiers import Lifecycles
from pipelines.sample.limits import ProcedureLimits
from pipelines.sample.papers import Papers
from pipelines.sample.persons import Persons
from pipelines.sample.reference import Reference


@dataclass(frozen=True)
class DrawnProvince:
    """Everything drawn, ready to be written.

    Attributes:
        deliveries: The business days, the as-of day last.
        entered: Per dossier the moment before which no delivery holds it or anything that belongs to it.
    """

    seed: int
    behaviour: Behaviour
    reference: Reference
    limits: ProcedureLimits
    clock: Clock
    deliveries: tuple[str, ...]
    lives: Lifecycles
    papers: Papers
    persons: Persons
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
        """Dossier codes, made of the unit, the day handed in and a number of that unit and day."""
        arrivals = self.lives.arrivals
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
        arrivals = self.lives.arrivals
        many = np.bincount(arrivals.unit[arrivals.level == 0], minlength=self.reference.units.height)
        return int(many.argmax())

    def delivery_of(self, moment: Ints) -> Ints:
        """Return which delivery a moment falls into; len(deliveries) for what has not happened."""
        return np.searchsorted(self.ends, moment)

    def changed(self, nth: int) -> Ints:
        """Return dossiers whose state belongs into a delivery."""
        last = self.lives.last_change(int(self.ends[nth]))
        is_there = (last > 0) & (self.entered <= self.ends[nth])
        return np.flatnonzero(is_there & (np.maximum(last, self.entered) > (self.ends[nth - 1] if nth else 0)))

    def in_envelope(self, dossier: Ints) -> Flags:
        is_theirs: Flags = self.lives.arrivals.unit[dossier] == self.envelope_unit
        return is_theirs
