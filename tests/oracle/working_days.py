"""Which days are worked: the register of exceptional days, read and counted day by day.

Here: its own reading of the register, by loops. Not here: what is due when.
"""

import csv
from datetime import date, timedelta
from functools import cache

from .registers import REGISTERS

ONE_DAY = timedelta(days=1)


@cache
def day_kinds() -> dict[date, str]:
    """Return the register: what an exceptional day is."""
    with (REGISTERS / "vietnam" / "working_calendar.csv").open(encoding="utf-8", newline="") as stream:
        return {date.fromisoformat(row["date"]): row["day_kind"] for row in csv.DictReader(stream)}


@cache
def years() -> frozenset[int]:
    """Return the years that the register holds; any other is not known."""
    return frozenset(day.year for day in day_kinds())


def is_worked(day: date) -> bool:
    """Whether a day of a known year is worked."""
    kind = day_kinds().get(day)
    if kind is not None:
        return kind == "swapped_work"
    return day.weekday() < 5


@cache
def nth_after(day: date, count: int) -> date | None:
    """Return the count-th working day after a day, the day itself not counted; null if the calendar lacks it."""
    if day.year not in years():
        return None
    while count > 0:
        day += ONE_DAY
        if day.year not in years():
            return None
        if is_worked(day):
            count -= 1
    return day


@cache
def nth_before(day: date, count: int) -> date | None:
    """Return the count-th working day before a day, the day itself not counted; null if the calendar lacks it."""
    if day.year not in years():
        return None
    while count > 0:
        day -= ONE_DAY
        if day.year not in years():
            return None
        if is_worked(day):
            count -= 1
    return day


@cache
def between(start: date, end: date) -> int | None:
    """Return working days after start up to and with end; null if the calendar lacks one of the two."""
    if start.year not in years() or end.year not in years():
        return None
    found, day = 0, start
    while day < end:
        day += ONE_DAY
        if is_worked(day):
            found += 1
    return found
