"""Periods of Decision 766's score that move with the as-of day, over ends of years and from night to night."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.registers.model import PeriodRules, ScorePeriods, load_period_rules, period_table
from pipelines.registers.score_periods import score_period_table
from pipelines.settings import PROJECT_DIR

RULES = load_period_rules(PROJECT_DIR / "registers" / "dong-nai")
DAYS = st.dates(dt.date(2024, 1, 1), dt.date(2032, 12, 31))


def moving(as_of: str | dt.date, rules: PeriodRules = RULES) -> dict[str, tuple[Any, ...]]:
    day = dt.date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
    return {row[0]: row[1:] for row in score_period_table(rules, day).iter_rows()}


def test_the_last_days_the_last_week_ends_and_the_last_weeks() -> None:
    found = moving("2026-10-07")  # a Wednesday
    days = [f"2026-10-0{day}-LK" for day in range(6, 0, -1)] + ["2026-09-30-LK"]
    week_ends = [f"{dt.date(2026, 10, 4) - dt.timedelta(days=7 * n)}-LK" for n in range(12)]
    weeks = ["2026-W41", "2026-W40", "2026-W39", "2026-W38", "2026-W37"]
    assert set(found) == {*days, *week_ends, *weeks}
    assert found["2026-10-06-LK"] == ("to_date", dt.date(2026, 1, 1), dt.date(2026, 10, 6))
    assert found["2026-W41"] == ("week", dt.date(2026, 10, 5), dt.date(2026, 10, 11))  # still runs


@pytest.mark.parametrize(("as_of", "week"), [("2026-10-04", "2026-W40"), ("2026-10-05", "2026-W41")])
def test_a_sunday_belongs_to_the_week_that_it_ends(as_of: str, week: str) -> None:
    assert week in moving(as_of)
    assert "2026-10-04-LK" not in moving("2026-10-04"), "that is the year itself, up to the as-of day"


@pytest.mark.parametrize(
    ("as_of", "codes"),
    [
        ("2027-01-02", {"2026-12-31-LK", "2027-01-01-LK", "2026-W53"}),  # 2026 has 53 weeks
        ("2024-12-31", {"2025-W01", "2024-W52", "2024-12-29-LK"}),  # 30 December 2024 begins week 1 of 2025
        ("2028-03-01", {"2028-02-29-LK", "2028-W09"}),
    ],
)
def test_ends_of_years_and_leap_days(as_of: str, codes: set[str]) -> None:
    found = moving(as_of)
    assert codes <= set(found)
    assert all(start == dt.date(end.year, 1, 1) for kind, start, end in found.values() if kind == "to_date")


@given(DAYS)
def test_codes_are_unique_and_no_period_of_the_form_has_one(as_of: dt.date) -> None:
    table = score_period_table(RULES, as_of)
    assert table["period_code"].n_unique() == table.height
    assert not {*table["period_code"]} & {*period_table(RULES, as_of)["period_code"]}


@given(DAYS)
def test_each_kind_is_what_its_code_says(as_of: dt.date) -> None:
    for code, (kind, start, end) in moving(as_of).items():
        if kind == "week":
            assert (start.isoweekday(), end - start) == (1, dt.timedelta(days=6))
            assert code == f"{end:%G-W%V}" and start <= as_of
        else:
            assert (kind, code) == ("to_date", f"{end}-LK") and end < as_of


@given(DAYS, st.integers(1, 200))
def test_windows_move_forward_only(before: dt.date, later: int) -> None:
    """Whatever a later night asks of a day before the earlier night, that night had computed.

    Rows of closed dossiers are carried over from one night to the next, so a period may leave the window, and a new one
    may end on or after the earlier as-of day (what is open then is weighed again), but none may come back.
    """
    had = moving(before)
    for code, (kind, start, end) in moving(before + dt.timedelta(days=later)).items():
        if end < before:
            assert had.get(code) == (kind, start, end)


@given(DAYS, st.integers(0, 31), st.integers(0, 53), st.integers(0, 53))
def test_windows_of_any_length_move_forward_only(as_of: dt.date, days: int, week_ends: int, weeks: int) -> None:
    rules = RULES.model_copy(update={"score": ScorePeriods(days=days, week_ends=week_ends, weeks=weeks)})
    today, tomorrow = moving(as_of, rules), moving(as_of + dt.timedelta(days=1), rules)
    assert {code for code, (*_, end) in tomorrow.items() if end < as_of} <= set(today)
    assert sum(kind == "week" for kind, *_ in today.values()) <= weeks
    assert sum(kind == "to_date" for kind, *_ in today.values()) <= days + week_ends


def test_nothing_is_asked_of_years_before_the_first() -> None:
    first = dt.date(RULES.first_year, 1, 1)
    assert all(end >= first for *_, end in moving(first + dt.timedelta(days=3)).values())
    assert moving(first) == {code: row for code, row in moving(first).items() if row[0] == "week" and row[2] >= first}
