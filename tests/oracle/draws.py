"""What all draws of a synthetic province share: the random source, its days, and how rows are delivered again.

Not here: what is drawn (generate, generate_children, generate_reports).
"""

import random
from bisect import bisect_left, bisect_right
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from .records import Row
from .world import SOURCES

# First and last days of periods, their neighbours being drawn too, and the two odd days of the winter.
EDGES = (
    [date(2023, 12, 15), date(2023, 12, 31), date(2024, 2, 29)]
    + [date(2024, month, 1) for month in range(1, 13)]
    + [date(2024, month, 1) - timedelta(days=1) for month in range(2, 13)]
    + [date(2024, 3, 11), date(2024, 6, 11), date(2024, 9, 11), date(2024, 11, 6)]
    + [date(2024, 12, 31), date(2025, 1, 1)]
)
MIDNIGHT, LAST_SECOND = time(0, 0, 0), time(23, 59, 59)
ONE_DAY = timedelta(days=1)


class Draws:
    """The random source, the business days, the edges near which days are drawn, and the rows so far."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        # Mostly a day early in the year: few periods have begun then, so that a province is soon computed.
        ends = EDGES[2:]
        last = rng.choices(ends, [3 if date(2024, 1, 31) <= day <= date(2024, 4, 1) else 1 for day in ends])[0]
        last += timedelta(days=rng.choice([0, 0, 0, 1, 13]))
        # Seldom, someone sets the as-of day before the newest delivery, or the newest delivery is missing.
        as_of = last + timedelta(days=rng.choices([0, -3, -20, 2], [7, 1, 1, 1])[0])
        self.as_of = max(as_of, date(2024, 1, 1))
        back = rng.sample(range(1, 75), rng.randint(2, 4))
        self.days = sorted({last, *(last - timedelta(days=step) for step in back)})
        # Sorted, since the order of a set of dates changes from one Python process to the next.
        self.edges = [day for day in sorted({*EDGES, self.as_of, last}) if last - day < timedelta(days=200)]
        self.near = sorted(edge + timedelta(days=step) for edge in self.edges for step in (-1, 0, 0, 1))
        self.rows: dict[str, list[Any]] = {source: [] for source in SOURCES}

    @property
    def horizon(self) -> date:
        """Children may be dated a little after the newest delivery."""
        return self.days[-1] + timedelta(days=5)

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    def day(self, first: date, last: date, *anchors: date | None) -> date:
        """Return a day within both bounds.

        Mostly the edge of a period or its neighbour, or that of an anchor, else any.
        """
        wanted = [day for day in anchors if day is not None]
        if wanted and self.chance(0.4):
            day = self.rng.choice(wanted) + timedelta(days=self.rng.choice([-1, 0, 0, 1]))
            if first <= day <= last:
                return day
        near = self.near[bisect_left(self.near, first) : bisect_right(self.near, last)]
        if near and self.chance(0.75):
            return self.rng.choice(near)
        return first + timedelta(days=self.rng.randint(0, max((last - first).days, 0)))

    def edge(self) -> date:
        """Return the edge of a period or its neighbour."""
        return self.rng.choice(self.near)

    def flag(self) -> int | None:
        """Return a flag of a list: mostly known."""
        return self.rng.choices([None, 0, 1], [1, 2, 4])[0]

    def moment(self, day: date) -> datetime:
        clock = self.rng.choice([MIDNIGHT, LAST_SECOND, time(self.rng.randint(7, 16), 30)])
        return datetime.combine(day, clock)

    def moments(self, days: list[date]) -> list[datetime]:
        """Return a moment of each day, no two alike, since the moment is part of a child's key."""
        return [self.moment(day) + timedelta(minutes=number) for number, day in enumerate(days)]

    def business_day(self, earliest: date) -> date:
        return self.rng.choice([day for day in self.days if day >= earliest] or self.days[-1:])

    def add(self, source: str, row: Row) -> None:
        self.rows[source].append(row)
        if self.chance(0.08):
            again = self.rng.choice([row.business_day, self.business_day(row.business_day)])
            self.rows[source] += [replace(row, business_day=again)] * self.rng.choice([1, 1, 2])

    def restate(self, source: str, row: Row, change: Any) -> None:
        """Deliver a row once, or twice with a difference; twice on one business day is a conflict."""
        versions = [row, replace(row, **change)]
        self.rng.shuffle(versions)
        self.add(source, versions[0])
        later = [day for day in self.days if day > row.business_day]
        if later and self.chance(0.45):
            self.add(source, replace(versions[1], business_day=self.rng.choice(later)))
        elif self.chance(0.08):
            self.add(source, versions[1])
