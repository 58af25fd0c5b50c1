"""Counting working days: against a slow loop, and the days that trip real systems."""

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.registers.calendar import (
    CalendarError,
    ExceptionalDay,
    add_working_days,
    calendar_of,
    day_table,
    is_working_day,
    load_calendar,
    working_days_between,
    years_to_complete,
)

REGISTER = Path(__file__).parents[2] / "registers" / "vietnam" / "working_calendar.csv"
CALENDAR = load_calendar(REGISTER)
FREE = {day.date for day in CALENDAR.days if day.day_kind != "swapped_work"}
WORKED = {day.date for day in CALENDAR.days if day.day_kind == "swapped_work"}

inner_days = st.dates(dt.date(2022, 3, 1), dt.date(2027, 10, 31))


def works(day: dt.date) -> bool:
    return day in WORKED or (day.weekday() < 5 and day not in FREE)


def count_on(day: dt.date, count: int) -> dt.date:
    """Walk day by day, as a clerk does with a wall calendar."""
    if count == 0:
        while not works(day):
            day += dt.timedelta(days=1)
        return day
    step = dt.timedelta(days=1 if count > 0 else -1)
    while count:
        day += step
        count -= works(day) * (1 if step.days > 0 else -1)
    return day


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        ("2024-02-08", False),  # Tết
        ("2024-04-29", False),  # swapped with the Saturday below
        ("2024-05-04", True),
        ("2024-05-11", False),
        ("2024-12-31", True),
        ("2026-01-02", False),  # swapped with the Saturday below, by a notice of 26 December 2025
        ("2026-01-10", True),
        ("2027-02-06", False),  # mùng một Tết
    ],
)
def test_days_that_trip_systems(day: str, worked: bool) -> None:
    assert bool(is_working_day(CALENDAR, day)) is worked


@given(inner_days, st.integers(-30, 30))
@settings(max_examples=300)
def test_adding_agrees_with_a_slow_loop(day: dt.date, count: int) -> None:
    assert add_working_days(CALENDAR, day, count).item() == count_on(day, count)


@given(inner_days, st.integers(0, 60))
@settings(max_examples=200)
def test_between_agrees_with_a_slow_loop(day: dt.date, span: int) -> None:
    end = min(day + dt.timedelta(days=span), dt.date(2027, 12, 31))
    slow = sum(works(day + dt.timedelta(days=n)) for n in range(1, (end - day).days + 1))
    assert working_days_between(CALENDAR, day, end) == slow


def test_between_undoes_adding_over_arrays() -> None:
    starts = np.array(["2024-01-02", "2024-02-07", "2024-04-26"], dtype="datetime64[D]")
    ends = add_working_days(CALENDAR, starts, [5, 1, 3])
    assert ends.astype(str).tolist() == ["2024-01-09", "2024-02-15", "2024-05-04"]
    assert working_days_between(CALENDAR, starts, ends).tolist() == [5, 1, 3]


@pytest.mark.parametrize("year", [2021, 2028])
def test_a_year_without_register_is_an_error(year: int) -> None:
    with pytest.raises(CalendarError, match=str(year)):
        is_working_day(CALENDAR, f"{year}-06-01")
    with pytest.raises(CalendarError, match=str(year)):
        day_table(CALENDAR, min(year, 2022), max(year, 2027))


def test_the_first_day_of_the_register_can_be_counted_from() -> None:
    assert add_working_days(CALENDAR, "2022-01-01", 1).item() == dt.date(2022, 1, 4)


def test_counting_out_of_the_register_is_an_error() -> None:
    with pytest.raises(CalendarError, match="2028"):
        add_working_days(CALENDAR, "2027-12-30", 5)


def test_day_table_numbers_working_days() -> None:
    table = day_table(CALENDAR, 2024, 2024)
    assert table.height == 366
    assert table["working_day_number"].to_list()[:3] == [0, 1, 2]
    assert table["working_day_number"][-1] == sum(table["is_working_day"])
    kinds = dict(zip(table["calendar_date"].to_list(), table["day_kind"].to_list(), strict=True))
    assert kinds[dt.date(2024, 4, 29)] == "swapped_off"
    assert kinds[dt.date(2024, 5, 4)] == "swapped_work"
    assert kinds[dt.date(2024, 2, 10)] == "holiday"
    assert kinds[dt.date(2024, 3, 2)] == "weekend"
    assert kinds[dt.date(2024, 3, 1)] == "working"
    assert table.filter(table["decree"] == "").height == 0


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("2024-05-04", "swapped_work"), ("2024-05-04", "holiday")], "twice"),
        ([("2024-05-06", "swapped_work")], "weekday"),
        ([("2024-05-04", "swapped_off")], "weekday"),
        ([("2022-01-01", "holiday"), ("2024-01-01", "holiday")], "gap"),
    ],
)
def test_a_register_that_contradicts_itself_is_refused(rows: list[tuple[str, Any]], message: str) -> None:
    days = [ExceptionalDay(dt.date.fromisoformat(day), kind, "", "", "") for day, kind in rows]
    with pytest.raises(CalendarError, match=message):
        calendar_of(days)


@pytest.mark.parametrize(
    ("today", "said"),
    [
        ("2026-10-31", []),
        ("2026-11-01", [(2027, "not_verified")]),
        ("2027-01-01", [(2027, "not_verified")]),
        ("2027-11-01", [(2028, "missing"), (2027, "not_verified")]),
        ("2031-10-01", [(2031, "missing")]),
    ],
)
def test_a_year_to_complete_is_said_from_november_on(today: str, said: list[tuple[int, str]]) -> None:
    found = years_to_complete(CALENDAR, dt.date.fromisoformat(today))
    assert [(gap.year, gap.lacks) for gap in found] == said


def test_next_year_needs_no_word_once_it_is_entered() -> None:
    days = [ExceptionalDay(dt.date(year, 1, 1), "holiday", "", "", "") for year in (2024, 2025)]
    assert years_to_complete(calendar_of(days), dt.date(2024, 12, 31)) == []


def test_an_unknown_word_on_what_is_verified_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "calendar.csv"
    file.write_text("date,day_kind,name_vi,name_en,decree,verified\n2024-01-01,holiday,,,,maybe\n", encoding="utf-8")
    with pytest.raises(CalendarError, match="maybe"):
        load_calendar(file)


def test_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "calendar.csv"
    file.write_text("date,day_kind,name_vi,name_en,decree\n2024-01-01,festival,,,\n", encoding="utf-8")
    with pytest.raises(CalendarError, match="festival"):
        load_calendar(file)
