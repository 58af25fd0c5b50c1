"""Silence is held against what the source's own gaps scatter: who comes by chance is not late every other week."""

import datetime as dt
import random
from collections.abc import Iterable
from typing import Any

import duckdb
import polars as pl
import pytest

from pipelines.registers.calendar import is_working_day, load_calendar
from pipelines.registers.tables import register_tables
from pipelines.settings import PROJECT_DIR, Settings
from tests.oracle.compiled import models_for

pytestmark = pytest.mark.slow
CALENDAR = load_calendar(PROJECT_DIR / "registers" / "vietnam" / "working_calendar.csv")
FIRST, AS_OF = dt.date(2024, 1, 2), dt.date(2024, 6, 28)
LISTED = {"source": pl.String, "business_day": pl.Date, "status": pl.String, "rows_in": pl.Int64,
          "rows_rejected": pl.Int64}  # fmt: skip
MODELS = ("dim_run", "dim_calendar", "int_delivery_day", "source_freshness")
WORKED = [
    day
    for day in (FIRST + dt.timedelta(days=n) for n in range((AS_OF - FIRST).days + 1))
    if is_working_day(CALENDAR, day)
]


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    found = duckdb.connect()
    for database in ("workspace", "tthc"):
        found.execute(f"attach ':memory:' as {database}")
    for schema in ("workspace.registers", "workspace.core", "tthc.marts"):
        found.execute(f"create schema {schema}")
    for name, frame in register_tables(Settings(), AS_OF, "H19").items():
        _load(found, f"workspace.registers.{name}", frame)
    found.execute("use workspace")
    return found


def _load(connection: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame) -> None:
    connection.register("incoming", frame.to_arrow())
    connection.execute(f"create or replace table {name} as select * from incoming")
    connection.unregister("incoming")


def silence(
    connection: duckdb.DuckDBPyConnection, manifest: dict[str, Any], days: Iterable[dt.date]
) -> tuple[Any, ...]:
    """Return usual gap, silence, its limit and whether the source is late, where it came on these days."""
    rows = [("phan_anh", on, "accepted", 3, 0) for on in days] + [("ho_so", on, "accepted", 40, 0) for on in WORKED]
    _load(connection, "tthc.marts.deliveries", pl.DataFrame(rows, schema=LISTED, orient="row"))
    for model in models_for(manifest, ["source_freshness"]):
        if model.name in MODELS:
            connection.execute(f"create or replace {model.kind} {model.relation} as {model.sql}")
    query = (
        "select usual_gap, silence, longest_silence, is_late from tthc.marts.source_freshness where source = 'phan_anh'"
    )
    (found,) = connection.execute(query).fetchall()
    return found


def test_who_comes_by_chance_is_late_only_beyond_what_its_gaps_scatter(
    connection: duckdb.DuckDBPyConnection, compiled_project: dict[str, Any]
) -> None:
    chance = random.Random(5)
    came = [on for on in WORKED if chance.random() < 0.5]
    gap, silent, limit, is_late = silence(connection, compiled_project, [on for on in came if on <= WORKED[-11]])
    assert 3 * gap < silent < limit < 25 and not is_late
    assert silence(connection, compiled_project, [on for on in came if on <= WORKED[-31]])[3]


@pytest.mark.parametrize(("every", "silent", "is_late"), [(1, 3, False), (1, 4, True), (5, 15, False), (5, 16, True)])
def test_who_comes_by_the_clock_is_late_after_three_gaps(
    connection: duckdb.DuckDBPyConnection, compiled_project: dict[str, Any], every: int, silent: int, is_late: bool
) -> None:
    days = WORKED[: -silent or None][::-1][::every]
    assert silence(connection, compiled_project, days) == (every, silent, 3 * every, is_late)
