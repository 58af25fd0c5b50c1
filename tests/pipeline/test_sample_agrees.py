"""The published figures of the synthetic province against plain Python, and against the cases listed behind them.

Here: every subject, period, indicator and rule, computed from the rows in the lake, not from what was planted.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import astuple, fields
from datetime import date
from typing import Any

import duckdb
import pytest

from tests.conftest import Night
from tests.oracle.form import HandlingStatus, handling_status
from tests.oracle.settle import settle
from tests.oracle.settled import Settled
from tests.oracle.values import IndicatorValue, indicator_values
from tests.pipeline.delivered import lake_tables, records_of

pytestmark = pytest.mark.slow
SHOWN = 5
FORM = [field.name for field in fields(HandlingStatus)][2:]
VALUE = (
    "indicator_code, rule, period_code, scope, unit_code, unit_level, numerator, denominator, value, target, met,"
    " is_closed, missing_source, unknown_count"
)
# Rule 766's on_time_rate lists only what is resolved or in doubt, not what is open and plainly in time; its sync_rate
# is measured over the portal's own reception dates, so its list is only of those the portal does not have.
NOT_LISTED_WHOLE = {("on_time_rate", "766"), ("satisfaction_rate", "766")}
NOT_LISTED = {("sync_rate", "766")}


@pytest.fixture(scope="module")
def warehouse(night: Night) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(night.current / "tthc.duckdb"), read_only=True) as connection:
        connection.execute("set schema = 'marts'")
        yield connection


@pytest.fixture(scope="module")
def as_of(night: Night) -> date:
    return date.fromisoformat(night.truth["as_of"])


@pytest.fixture(scope="module")
def settled(night: Night, as_of: date) -> Settled:
    return settle(records_of(lake_tables(night.warehouse)), as_of)


def differences(expected: Counter[Any], got: Counter[Any]) -> list[str]:
    """Return the first rows that only one side has."""
    sides = {"only the oracle has": expected - got, "only the SQL has": got - expected}
    return [f"{name} {row}" for name, rows in sides.items() for row in sorted(map(str, rows.elements()))[:SHOWN]]


def test_the_form_is_the_oracles_for_every_subject_and_period(
    settled: Settled, as_of: date, warehouse: duckdb.DuckDBPyConnection
) -> None:
    columns = f"period_code, scope, unit_code, unit_level, {', '.join(FORM)}"
    got = Counter(warehouse.execute(f"select {columns} from handling_status").fetchall())
    rows = (astuple(row) for row in handling_status(settled, as_of))
    # Rows of zeros may be left out.
    expected = Counter((period, *subject, *counts) for period, subject, *counts in rows)
    expected = Counter({row: count for row, count in expected.items() if any(row[4:]) or row in got})
    assert sum(got.values()) > 900
    assert differences(expected, got) == []


def test_every_indicator_is_the_oracles_for_every_subject_and_period(
    settled: Settled, as_of: date, warehouse: duckdb.DuckDBPyConnection
) -> None:
    got = Counter(warehouse.execute(f"select {VALUE} from indicator_values").fetchall())
    subjects = set(
        warehouse.execute("select period_code, scope, unit_code, unit_level from handling_status").fetchall()
    )
    expected: Counter[tuple[Any, ...]] = Counter()
    for value in indicator_values(settled, as_of):
        row = as_row(value)
        # What cannot be computed stands wherever the form has a row; other rows may be left out where nothing counts.
        nothing_counts = value.denominator == 0 and not value.unknown_count
        wanted = row in got if nothing_counts else value.missing_source is None or row[2:6] in subjects
        expected[row] += wanted
    assert {row[:2] for row in got} == {row[:2] for row in expected}
    assert differences(expected, got) == []


def as_row(value: IndicatorValue) -> tuple[Any, ...]:
    """Return in the order of the columns of `VALUE`."""
    return (value.indicator_code, value.rule, value.period_code, *value.subject, value.numerator, value.denominator,
            value.value, value.target, value.met, value.is_closed, value.missing_source,
            value.unknown_count)  # fmt: skip


def listed(warehouse: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """Return indicators and rules whose cases are published."""
    names = warehouse.execute("select view_name from duckdb_views() where schema_name = 'cases' order by 1").fetchall()
    return [tuple(name.removeprefix("case_").split("__")) for (name,) in names]


def cases_of(warehouse: duckdb.DuckDBPyConnection, code: str, rule: str) -> dict[str, tuple[int, ...]]:
    """Return per period: cases that count against, all that count, and, where they are listed, those not known."""
    view = f"cases.case_{code}__{rule}"
    columns = {name for name, *_ in warehouse.execute(f"describe {view}").fetchall()}
    if "period_code" in columns:
        query = f"""
            select period_code, count(*) filter (not counts), count(counts), count(*) filter (counts is null)
            from {view} join dim_period using (period_code) group by period_code
        """
    else:
        query = f"""
            select p.period_code, count(*) filter (c.counts_from is null or c.counts_from > p.cut_date), count(*)
            from {view} c
            join dim_period p on c.event_date between p.start_date and p.cut_date
            where c.superseded_on is null or c.superseded_on > p.cut_date
            group by p.period_code
        """
    return {period: tuple(counts) for period, *counts in warehouse.execute(query).fetchall()}


def test_the_cases_listed_are_those_that_the_figures_count(warehouse: duckdb.DuckDBPyConnection) -> None:
    """Whoever follows a figure to its cases finds as many as it counts, in every period."""
    names, wrong, with_cases_against = listed(warehouse), [], set()
    assert len(names) > 25
    for code, rule in [name for name in names if name not in NOT_LISTED]:
        figures = warehouse.execute(
            "select period_code, denominator - numerator, denominator, unknown_count from indicator_values"
            " where indicator_code = ? and rule = ? and scope = 'province'",
            [code, rule],
        ).fetchall()
        # Before the first row with a field that it needs, a figure is not known.
        unknown = {period for period, _, denominator, _ in figures if denominator is None}
        counted = {period: tuple(counts) for period, *counts in figures if period not in unknown}
        for period, cases in cases_of(warehouse, code, rule).items():
            if period in unknown:
                continue
            compared = 1 if (code, rule) in NOT_LISTED_WHOLE else len(cases)
            value, found = counted.pop(period, (0, 0, 0))[:compared], cases[:compared]
            if value != found:
                wrong.append(f"{code} {rule} {period}: figures {value}, cases {found}")
            if found[0]:
                with_cases_against.add((code, rule))
        wrong += [f"{code} {rule} {period}: figures {value}, no cases" for period, value in counted.items() if value[1]]
    assert wrong == []
    assert len(with_cases_against) > 25


def test_only_what_the_portal_lacks_is_listed_as_not_synced(warehouse: duckdb.DuckDBPyConnection) -> None:
    against = warehouse.execute("select count(*) from cases.case_sync_rate__766 where counts_from is null").fetchone()
    lacking = warehouse.execute("select count(*) from fct_national_sync where not is_found").fetchone()
    assert against == lacking
