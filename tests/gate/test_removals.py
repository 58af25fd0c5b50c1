"""Late dossiers that vanish: the gate's sum against a slow one in plain Python, and what an approval does to it."""

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.gate.baseline import HELD, OVERRIDES, Baseline
from pipelines.gate.results import Held
from pipelines.registers.holds import Override

from .conftest import REMOVAL
from .test_holds import override

FIRST = dt.date(2023, 1, 1)
UNITS = ("H19.03", "H19.30", "H19.30.05")
Row = tuple[int, str, int, int]  # day, unit, late, other


@pytest.fixture(scope="module")
def gate(marts: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    return marts


# What became of each override when something was looked at last: code → state.
USES: dict[str, str] = {}


def held(
    connection: duckdb.DuckDBPyConnection, rows: list[Row], *overrides: Override, share: float = 0.12
) -> list[Held]:
    """Return what is held for removed dossiers; nothing of it stays."""
    connection.execute("begin")
    try:
        connection.execute("delete from removals; delete from hold_override")
        for day, unit, late, other in rows:
            on = FIRST + dt.timedelta(days=day)
            connection.execute(
                "insert into removals values (?, ?, ?, ?, 0, ?, ?)", [on, unit, late, other, share, share]
            )
        for statement, values in Baseline(overrides=overrides).statements():
            if "into hold_override" in statement:
                connection.execute(statement, values)
        found = [Held(*row) for row in connection.execute(HELD).fetchall()]
        USES.clear()
        USES.update({use[0]: use[-1] for use in connection.execute(OVERRIDES).fetchall()})
        return [one for one in found if one.hold == "removal"]
    finally:
        connection.execute("rollback")


def passed(days: dict[int, list[int]], share: float, bound: float, approved: set[int]) -> Iterator[int]:
    """Yield the days that are held, by the rule in plain Python.

    Each late dossier raises the score and every other one lowers it, never below 0; the first day above the bound is
    held, and an approved day resets the score.
    """
    odds = 3 * share / (1 - share)
    suspected = odds / (1 + odds)
    score, is_held = 0.0, False
    # An approved day without a removal of its own restarts the sum all the same.
    for day in sorted({*days, *approved}):
        late, other = days.get(day, (0, 0))
        score += late * math.log(suspected / share) + other * math.log((1 - suspected) / (1 - share))
        score = max(score, 0.0)
        if score > bound and not is_held:
            is_held = True
            yield day
        if day in approved:
            score, is_held = 0.0, False


def slow(rows: list[Row], share: float, approved: dict[str, set[int]]) -> set[tuple[str, int]]:
    by_unit: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for day, unit, late, other in rows:
        by_unit[unit][day][0] += late
        by_unit[unit][day][1] += other
    bound = REMOVAL.threshold + math.log(4)  # the sound warehouse has four units
    spoke = {
        (unit, day) for unit, days in by_unit.items() for day in passed(days, share, bound, approved.get(unit, set()))
    }
    rest: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for unit, days in by_unit.items():
        if unit not in {name for name, _ in spoke}:
            for day, (late, other) in days.items():
                rest[day][0] += late
                rest[day][1] += other
    return spoke | {("*", day) for day in passed(rest, share, REMOVAL.threshold, approved.get("*", set()))}


days = st.dictionaries(
    st.tuples(st.integers(0, 60), st.sampled_from(UNITS)), st.tuples(st.integers(0, 6), st.integers(0, 8)), max_size=40
)


approvals = st.sets(st.tuples(st.sampled_from((*UNITS, "*")), st.integers(0, 60)), max_size=4)


@settings(max_examples=20)
@given(counts=days, share=st.sampled_from((0.02, 0.12, 0.4)), approved=approvals)
def test_the_gate_agrees_with_the_sum_in_plain_python(
    gate: duckdb.DuckDBPyConnection,
    counts: dict[tuple[int, str], tuple[int, int]],
    share: float,
    approved: set[tuple[str, int]],
) -> None:
    rows = [(day, unit, late, other) for (day, unit), (late, other) in counts.items() if late + other]
    lines = [approval(unit, day, f"PD-{n}") for n, (unit, day) in enumerate(sorted(approved))]
    by_unit: dict[str, set[int]] = defaultdict(set)
    for unit, day in approved:
        by_unit[unit].add(day)
    found = held(gate, rows, *lines, share=share)
    noticed = {(one.unit_code, (dt.date.fromisoformat(str(one.business_day)) - FIRST).days) for one in found}
    assert noticed == slow(rows, share, by_unit)
    assert all((one.override_code is not None) == ((one.unit_code, day_of(one)) in approved) for one in found)


def day_of(one: Held) -> int:
    return (dt.date.fromisoformat(str(one.business_day)) - FIRST).days


def approval(unit: str, day: int, code: str = "PD-1") -> Override:
    return override(code, hold="removal", unit_code=unit, business_day=FIRST + dt.timedelta(days=day))


def test_two_late_dossiers_a_night_are_seen_within_a_fortnight_and_honest_cleaning_is_not(
    gate: duckdb.DuckDBPyConnection,
) -> None:
    (one,) = held(gate, [(day, "H19.30", 2, 0) for day in range(14)])
    assert (one.unit_code, one.usual, one.override_code) == ("H19.30", "12.0 %", None)
    assert day_of(one) < 10
    assert one.came == f"100.0 % ({2 * day_of(one) + 2}/{2 * day_of(one) + 2})"
    assert held(gate, [(day, "H19.30", day % 8 == 0, 7) for day in range(400)]) == []


def test_many_units_that_lose_one_each_are_the_provinces_affair(gate: duckdb.DuckDBPyConnection) -> None:
    (one,) = held(gate, [(day, UNITS[day % 3], 1, 0) for day in range(17)])
    assert one.unit_code == "*"


def test_an_approved_removal_stays_approved_and_the_count_begins_anew(gate: duckdb.DuckDBPyConnection) -> None:
    (one,) = held(gate, [(day, "H19.30", 2, 0) for day in range(14)])
    line = approval("H19.30", day_of(one)).model_copy(update={"valid_until": dt.date(2023, 3, 1)})
    (found,) = held(gate, [(day, "H19.30", 2, 0) for day in range(14)], line)
    assert found.override_code == "PD-1"
    assert USES == {"PD-1": "used"}  # past its last day, and still what it was given for
    later = held(gate, [(day, "H19.30", 2, 0) for day in range(40)], line)
    assert [one.override_code for one in later] == ["PD-1", None]
    assert later[0].business_day == one.business_day


def test_without_limits_any_late_dossier_that_vanishes_is_held(marts: duckdb.DuckDBPyConnection) -> None:
    marts.execute("begin")
    marts.execute("delete from removal_limit; update removals set late = 60 where unit_code = 'H19.30'")
    found = {row[0] for row in marts.execute(HELD).fetchall()}
    marts.execute("rollback")
    assert "removal" in found
