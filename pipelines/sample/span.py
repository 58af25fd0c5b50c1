"""The years that a synthetic province shows.

Belongs here: whole years from first to last, and how much of them has gone by. Does not belong here: the days of
deliveries (`deliveries`).
"""

from dataclasses import dataclass

import numpy as np

from pipelines.sample.behaviour import Floats, Ints


@dataclass(frozen=True)
class Span:
    """Whole years, both included. Days are counted from 1970."""

    first_year: int
    last_year: int

    @property
    def years(self) -> range:
        return range(self.first_year, self.last_year + 1)

    @property
    def start(self) -> int:
        """Its first day."""
        return int(np.datetime64(f"{self.first_year}-01-01", "D").astype(int))

    @property
    def end(self) -> int:
        """The day after its last."""
        return int(np.datetime64(f"{self.last_year + 1}-01-01", "D").astype(int))

    def elapsed(self, day: Ints) -> Floats:
        """Return the share of it (0 to 1) gone by on each day; below 0 before its first day."""
        return (day - self.start) / (self.end - self.start)

    def ends_of(self, months: int) -> list[str]:
        """Return the last days (ISO) of its parts of `months` months each."""
        first, last = f"{self.first_year}-01", f"{self.last_year + 1}-02"
        starts = np.arange(first, last, months, dtype="datetime64[M]")[1:].astype("datetime64[D]")
        return [str(day) for day in starts - np.timedelta64(1, "D")]
