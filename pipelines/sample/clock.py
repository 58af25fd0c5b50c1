"""Time in the sample: local seconds since 1970, and the same time counted in office hours only.

Belongs here: office hours, due dates, the printed form of a moment. Does not belong here: drawing moments. `NEVER`
stands for an event that has not happened.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from pipelines.registers.calendar import WorkCalendar, is_working_day
from pipelines.sample.behaviour import Flags, Ints

NEVER = np.int64(2**62)
DAY = 86_400
# 07:00-11:30 and 13:30-17:00: the eight hours of a working day.
OPEN, LUNCH, BACK, CLOSE = 7 * 3600, 41_400, 48_600, 17 * 3600
MORNING = LUNCH - OPEN
WORKDAY = MORNING + CLOSE - BACK


@dataclass(frozen=True)
class Clock:
    """Working days of the register's years, numbered from 0."""

    calendar: WorkCalendar

    @cached_property
    def first_day(self) -> int:
        return int(np.datetime64(f"{self.calendar.years[0]}-01-01", "D").astype(int))

    @cached_property
    def _days(self) -> Ints:
        end = np.datetime64(f"{self.calendar.years[-1] + 1}-01-01", "D").astype(int)
        return np.arange(self.first_day, end)

    @cached_property
    def _worked(self) -> Flags:
        worked: Flags = is_working_day(self.calendar, self._days.astype("datetime64[D]"))
        return worked

    @cached_property
    def working_days(self) -> Ints:
        """Day number since 1970 of each working day."""
        return self._days[self._worked]

    @cached_property
    def _next_number(self) -> Ints:
        return np.cumsum(self._worked) - self._worked

    @cached_property
    def _printed(self) -> Ints:
        dates = self._days.astype("datetime64[D]")
        months = dates.astype("datetime64[M]")
        year = dates.astype("datetime64[Y]").astype(int) + 1970
        printed: Ints = year * 10_000 + (months.astype(int) % 12 + 1) * 100 + (dates - months).astype(int) + 1
        return printed

    def worked(self, day: Ints) -> Flags:
        """Return whether days (numbers since 1970) are worked."""
        return self._worked[day - self.first_day]

    def number(self, day: Ints) -> Ints:
        """Return the number of the first working day on or after each day."""
        return self._next_number[day - self.first_day]

    def to_work(self, moment: Ints) -> Ints:
        """Return seconds of office time gone by at a moment; outside office hours: at the next opening."""
        day, second = moment // DAY, moment % DAY
        elapsed = np.clip(second - OPEN, 0, MORNING) + np.clip(second - BACK, 0, WORKDAY - MORNING)
        return self.number(day) * WORKDAY + np.where(self.worked(day), elapsed, 0)

    def from_work(self, work: Ints) -> Ints:
        """Return the moment at which that much office time has gone by."""
        # Moments far beyond the as-of day are never shown, so the register's last day stands for them.
        number, elapsed = np.minimum(work // WORKDAY, len(self.working_days) - 1), work % WORKDAY
        second = np.where(elapsed < MORNING, OPEN + elapsed, BACK + elapsed - MORNING)
        return self.working_days[number] * DAY + second

    def counted_from(self, received: Ints, next_day_from: int) -> Ints:
        """Return the number of the working day from which a time limit is counted.

        Args:
            received: Moments of reception.
            next_day_from: Second of the day from which the count starts on the next working day.
        """
        day = received // DAY
        too_late = self.worked(day) & (received % DAY >= next_day_from)
        return self.number(day) + too_late

    def due_number(self, start: Ints, limit: Ints, unit: Ints) -> Ints:
        """Return the number of the working day a dossier is due on; a free day moves to the next working day.

        Args:
            start: Number of the day counted from.
            limit: The time limit.
            unit: 0 working days, 1 calendar days, 2 hours (eight make a working day), 3 months.
        """
        first = self.working_days[start]
        dates = first.astype("datetime64[D]")
        months = dates.astype("datetime64[M]")
        in_months = (months + np.where(unit == 3, limit, 0)).astype("datetime64[D]") + (dates - months)
        return np.select(
            [unit == 0, unit == 1, unit == 2],
            [start + limit, self.number(first + np.where(unit == 1, limit, 0)), start + limit // 8],
            self.number(in_months.astype(int)),
        )

    def stamps(self, moment: Ints) -> pl.Series:
        """Return moments as yyyyMMddHHmmss numbers; NEVER is null."""
        has_happened = moment < NEVER
        known = np.where(has_happened, moment, self.first_day * DAY)
        second = known % DAY
        clock = second // 3600 * 10_000 + second // 60 % 60 * 100 + second % 60
        values = self._printed[known // DAY - self.first_day] * 1_000_000 + clock
        return null_where(values, ~has_happened)

    def dates(self, moment: Ints) -> pl.Series:
        """Return moments as yyyyMMdd numbers; NEVER is null."""
        has_happened = moment < NEVER
        known = np.where(has_happened, moment, self.first_day * DAY)
        return null_where(self._printed[known // DAY - self.first_day], ~has_happened)


def null_where(values: Ints, missing: Flags) -> pl.Series:
    """Return a column of numbers with nulls."""
    table = pl.DataFrame({"value": values, "is_missing": missing})
    return table.select(pl.when(~pl.col("is_missing")).then("value"))["value"]


def end_of(day: str) -> int:
    """Return the last second of a day, in seconds since 1970."""
    return (int(np.datetime64(day, "D").astype(int)) + 1) * DAY - 1
