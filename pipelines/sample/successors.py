"""Which unit takes the place of which, day by day.

Belongs here: following successors, and the heirs of units that were abolished without one. Does not belong here:
reading the register (`reference`).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pipelines.sample.behaviour import Flags, Ints, stream
from pipelines.sample.reference import Reference

NOBODY = -1


@dataclass(frozen=True)
class Successions:
    """Positions of units in `Reference.units`."""

    reference: Reference

    @cached_property
    def _after(self) -> Ints:
        reference, codes = self.reference, self.reference.units["MaDonVi"].to_list()
        return np.array([reference.position.get(reference.successors.get(c, c), at) for at, c in enumerate(codes)])

    @cached_property
    def abolished(self) -> Flags:
        """Per unit: it ends, and nobody succeeds it."""
        own = np.arange(len(self._after))
        without: Flags = (self._after == own) & (self.reference.last_day < self.reference.span.end)
        return without

    def on(self, unit: Ints, day: Ints) -> Ints:
        """Return, for each unit and day, the unit itself, or its successor once it has closed.

        An abolished unit without a successor stays.
        """
        last_day = self.reference.last_day
        while True:
            following = np.where(day > last_day[unit], self._after[unit], unit)
            if np.array_equal(following, unit):
                return following
            unit = following

    def heirs(self, unit: Ints, seed: int) -> Ints:
        """Draw who gets the tasks of each abolished unit: one of the units below it; NOBODY for other units."""
        heir = np.full(len(unit), NOBODY)
        for office in np.unique(unit[self.abolished[unit]]):
            below = np.flatnonzero((self.reference.parent == office) & self.reference.living(self.reference.span.start))
            rows = np.flatnonzero(unit == office)
            if len(below):
                draws = stream(seed, f"heirs {self.reference.units['MaDonVi'][int(office)]}")
                heir[rows] = draws.choice(below, len(rows))
        return heir

    def with_heirs(self, unit: Ints, heir: Ints, day: Ints) -> Ints:
        """Return who takes new dossiers of each unit on a day: itself, its successor, or the heir's."""
        found = self.on(unit, day)
        gone = (day > self.reference.last_day[found]) & (heir != NOBODY)
        return np.where(gone, self.on(np.where(gone, heir, found), day), found)

    def answering(self, unit: Ints, day: Ints) -> Ints:
        """Return who answers for what each unit has open on a day: in the end the province itself."""
        found = self.on(unit, day)
        return np.where(day > self.reference.last_day[found], self.reference.root, found)
