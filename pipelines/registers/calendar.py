"""The working calendar: the register of holidays and swapped days, and arithmetic in working days.

Belongs here: reading the register and counting working days. A year that the register lacks is an error, never a year
without holidays. Does not belong here: office hours, due dates of dossiers.
"""

import csv
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import polars as pl

CALENDAR_FILE = "working_calendar.csv"
DayKind = Literal["holiday", "swapped_off", "swapped_work"]
KINDS: tuple[DayKind, ...] = ("holiday", "swapped_off", "swapped_work")
NOT_VERIFIED = "not_verified"
SATURDAY = 5
# Next year's days off are announced towards the end of the year; from this month on a warning is given without them.
ASK_FROM_MONTH = 11

Days = npt.ArrayLike | dt.date  # one date, or an array of dates (datetime64[D])


class CalendarError(ValueError):
    """The register cannot answer: it lacks the year, or contradicts itself."""


@dataclass(frozen=True)
class ExceptionalDay:
    """One row of the register.

    Attributes:
        decree: The legal basis; '' if unknown.
        is_verified: False if the day follows from the law or the lunar calendar alone, without the year's notice.
    """

    date: dt.date
    day_kind: DayKind
    name_vi: str
    name_en: str
    decree: str
    is_verified: bool = True


@dataclass(frozen=True)
class YearToComplete:
    """A year whose days off have to be entered: there are none (`missing`), or some are `not_verified`."""

    year: int
    lacks: Literal["missing", "not_verified"]


@dataclass(frozen=True)
class WorkCalendar:
    """The register for whole years, and the same as numpy's calendar of business days."""

    years: tuple[int, ...]
    days: tuple[ExceptionalDay, ...]
    busdays: np.busdaycalendar


def load_calendar(path: Path) -> WorkCalendar:
    """Read the register of days off (columns date, day_kind, name_vi, name_en, decree, verified).

    `verified` is empty or `not_verified`.

    Raises:
        CalendarError: If the register contradicts itself.
    """
    with path.open(encoding="utf-8", newline="") as stream:
        rows = [
            ExceptionalDay(
                date=dt.date.fromisoformat(row["date"]),
                day_kind=_kind(row["day_kind"]),
                name_vi=row["name_vi"],
                name_en=row["name_en"],
                decree=row["decree"],
                is_verified=_is_verified(row.get("verified") or ""),
            )
            for row in csv.DictReader(stream)
        ]
    return calendar_of(rows)


def calendar_of(rows: Iterable[ExceptionalDay]) -> WorkCalendar:
    """Return a calendar of the years in which the rows lie.

    Raises:
        CalendarError: If rows contradict each other.
    """
    days = tuple(sorted(rows, key=lambda row: row.date))
    if len({day.date for day in days}) != len(days):
        raise CalendarError("the register has a day twice")
    for day in days:
        if day.day_kind != "holiday" and (day.date.weekday() >= SATURDAY) != (day.day_kind == "swapped_work"):
            raise CalendarError(f"{day.date}: {day.day_kind} does not change that weekday")
    years = tuple(sorted({day.date.year for day in days}))
    if years and years != tuple(range(years[0], years[-1] + 1)):
        raise CalendarError("the years of the register have a gap")
    return WorkCalendar(years, days, _busdays(years, days))


def is_working_day(calendar: WorkCalendar, days: Days) -> Any:
    """Return True for each worked day.

    Raises:
        CalendarError: For a year outside the register.
    """
    return np.is_busday(_inside(calendar, days), busdaycal=calendar.busdays)


def add_working_days(calendar: WorkCalendar, days: Days, count: npt.ArrayLike) -> Any:
    """Return the `count`-th working day after each day.

    Args:
        calendar: The calendar.
        days: The days; a start day itself is not counted.
        count: Number of working days; negative counts go back; 0 gives the day itself, or the next working day.

    Raises:
        CalendarError: If a start or result lies outside the register.
    """
    starts, counts = _inside(calendar, days), np.asarray(count)
    # Rolling a free day onto the next worked one is already the first step.
    taken = np.where(np.is_busday(starts, busdaycal=calendar.busdays), 0, np.sign(counts))
    onward = np.busday_offset(starts, np.maximum(counts - taken, 0), roll="forward", busdaycal=calendar.busdays)
    back = np.busday_offset(starts, np.minimum(counts - taken, 0), roll="backward", busdaycal=calendar.busdays)
    return _inside(calendar, np.where(counts < 0, back, onward))


def working_days_between(calendar: WorkCalendar, start: Days, end: Days) -> Any:
    """Return the number of working days after `start` until `end` inclusive; negative if `end` is earlier."""
    one = np.timedelta64(1, "D")
    begin, finish = _inside(calendar, start), _inside(calendar, end)
    return np.busday_count(begin + one, finish + one, busdaycal=calendar.busdays)


def years_to_complete(calendar: WorkCalendar, today: dt.date) -> list[YearToComplete]:
    """Return which of this year and, from November on, the next are missing or incomplete in the register."""
    asked = [today.year, today.year + 1] if today.month >= ASK_FROM_MONTH else [today.year]
    unverified = {day.date.year for day in calendar.days if not day.is_verified}
    missing = [YearToComplete(year, "missing") for year in asked if year not in calendar.years]
    return missing + [YearToComplete(year, "not_verified") for year in asked if year in unverified]


def day_table(calendar: WorkCalendar, first_year: int, last_year: int) -> "pl.DataFrame":
    """Return one row per calendar day of whole years, with the columns of `dim_calendar`.

    `day_kind` is working, weekend, holiday, swapped_off or swapped_work; names and decree are null on ordinary days;
    `working_day_number` counts working days from the first year on, and a free day has the number of the working day
    before it (0 before the first).

    Args:
        calendar: The calendar.
        first_year: First year of the table.
        last_year: Last year of the table.
    """
    import polars as pl

    dates = np.arange(f"{first_year}-01-01", f"{last_year + 1}-01-01", dtype="datetime64[D]")
    worked = is_working_day(calendar, dates)
    exceptional = {day.date: day for day in calendar.days}
    found = [exceptional.get(day) for day in dates.tolist()]
    ordinary = np.where(worked, "working", "weekend").tolist()
    return pl.DataFrame(
        {
            "calendar_date": pl.Series(dates),
            "is_working_day": worked,
            "day_kind": [day.day_kind if day else str(kind) for day, kind in zip(found, ordinary, strict=True)],
            "holiday_name_vi": [day.name_vi if day else None for day in found],
            "holiday_name_en": [day.name_en if day else None for day in found],
            "decree": [day.decree or None if day else None for day in found],
            "working_day_number": np.cumsum(worked),
        },
        schema_overrides=dict.fromkeys(("holiday_name_vi", "holiday_name_en", "decree"), pl.String),
    )


def _is_verified(text: str) -> bool:
    if text not in ("", NOT_VERIFIED):
        raise CalendarError(f"column verified says {text!r}; empty or {NOT_VERIFIED}")
    return not text


def _kind(text: str) -> DayKind:
    for kind in KINDS:
        if text == kind:
            return kind
    raise CalendarError(f"unknown day_kind {text!r}; one of {', '.join(KINDS)}")


def _busdays(years: tuple[int, ...], days: tuple[ExceptionalDay, ...]) -> np.busdaycalendar:
    """Return numpy's calendar, in which all seven weekdays are worked and free days, weekends too, are holidays.

    numpy cannot represent a single worked Saturday otherwise.
    """
    free = [day.date for day in days if day.day_kind != "swapped_work"]
    worked = np.array([day.date for day in days if day.day_kind == "swapped_work"], dtype="datetime64[D]")
    if years:
        span = np.arange(f"{years[0]}-01-01", f"{years[-1] + 1}-01-01", dtype="datetime64[D]")
        weekends = np.setdiff1d(span[~np.is_busday(span)], worked)
        free = [*free, *weekends.tolist()]
    return np.busdaycalendar(weekmask="1111111", holidays=np.array(free, dtype="datetime64[D]"))


def _inside(calendar: WorkCalendar, days: Days) -> npt.NDArray[np.datetime64]:
    dates = np.asarray(days, dtype="datetime64[D]")
    years = dates.astype("datetime64[Y]").astype(int) + 1970
    outside = np.setdiff1d(years, np.array(calendar.years, dtype=int))
    if outside.size:
        raise CalendarError(f"the register of working days lacks the year {outside[0]}")
    return dates
