"""Sums with what is published exactly: what they would give away is hidden, and what they say by themselves is not."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipelines.open_data.disclosure.cell_history import load_history
from pipelines.open_data.disclosure.counts import create_case_table
from pipelines.open_data.disclosure.run_attacks import run_disclosure_attacks
from pipelines.open_data.disclosure.suppress import create_cell_tables, create_figure_table
from pipelines.registers.disclosure import load_rules
from pipelines.settings import PROJECT_DIR, Settings
from tests.open_data.levels import create_levels

RULES = load_rules(PROJECT_DIR / "registers" / "vietnam")
MARTS = """
    attach ':memory:' as tthc; create schema tthc.marts;
    create table tthc.marts.dim_run as select 'H19' as province_code;
    create table tthc.marts.indicator_values (indicator_code text, rule text, scope text, unit_level text,
        period_code text, numerator bigint, denominator bigint, missing_source text);
    create table period as select '2024-01' as period_code, 'month' as period_type,
        date '2024-01-01' as start_date, date '2024-01-31' as end_date;
    create table subject (scope text, unit_code text, unit_level text, period_code text);
    create table procedure (procedure_code text, field text, is_sensitive bool, effective_from date, effective_to date);
    create table field_level (field text, unit_level text);
"""
Reasons = dict[str, str | None]


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as made:
        made.execute(MARTS)
        create_levels(made)
        create_case_table(made)
        yield made


def add(
    connection: duckdb.DuckDBPyConnection, part: str, whole: str, scope: str, unit: str, level: str, n: int
) -> None:
    """So many cases of a unit or field, none of which counts in the measure within."""
    connection.execute(
        "insert into case_in select ?, ?, ?, ?, ?, '2024-01', false, (hash(?, n) % 68719476736)::bigint"
        " from range(?) r(n)",
        [part, whole, scope, unit, level, unit, n],
    )  # fmt: skip


def exact(connection: duckdb.DuckDBPyConnection, code: str, scope: str, level: str, n: int) -> None:
    """Make an exact total that is published."""
    connection.execute(
        "insert into tthc.marts.indicator_values values (?, 'plan', ?, ?, '2024-01', 0, ?, null)",
        [code, scope, level, n],
    )  # fmt: skip


def ratings(connection: duckdb.DuckDBPyConnection, counts: dict[tuple[str, str], int]) -> None:
    """Ratings of units (code, level), and the province's exact total of them."""
    for (unit, level), n in counts.items():
        connection.execute("insert into subject values ('unit', ?, ?, '2024-01')", [unit, level])
        add(connection, "satisfaction_rate", "rated", "unit", unit, level, n)
    connection.execute("insert into subject select distinct 'level', 'H19', unit_level, period_code from subject")
    exact(connection, "satisfaction_rate", "province", "tinh", sum(counts.values()))


def secured(connection: duckdb.DuckDBPyConnection, folder: Path, measure: str) -> Reasons:
    """Return the reason of each figure of a measure after the attack, None if it is shown."""
    create_cell_tables(connection, RULES, [])
    assert load_history(connection, Settings(warehouse_dir=folder), RULES, None)
    create_figure_table(connection, RULES)
    run_disclosure_attacks(connection, RULES)
    rows = connection.execute(
        "select scope || ' ' || unit_code || ' ' || unit_level, reason from cell c join figure using (cell)"
        " where c.measure = ?", [measure],
    ).fetchall()  # fmt: skip
    return dict(rows)


def test_a_pilot_of_one_office_publishes_what_the_province_says_anyway(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    ratings(connection, {("U1", "so"): 7})
    assert secured(connection, tmp_path, "rated") == {"unit U1 so": "c", "level H19 so": "c"}


def test_one_level_alone_is_as_exact_as_the_province(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """12 ratings, 11 of one office and 1 of another: the level is the province, which is exact, so both are hidden."""
    ratings(connection, {("U1", "so"): 11, ("U2", "so"): 1})
    found = secured(connection, tmp_path, "rated")
    assert found["unit U1 so"] == "s" and found["unit U2 so"] in ("c", "s")


def test_levels_that_add_up_to_the_exact_province_hide_each_other(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """12 of 12 ratings at communes: shown, they would say that districts and departments have at most two."""
    ratings(connection, {("U1", "so"): 0, ("U2", "huyen"): 0, ("U3", "xa"): 6, ("U4", "xa"): 6})
    found = secured(connection, tmp_path, "rated")
    assert (found["level H19 so"], found["level H19 huyen"], found["level H19 xa"]) == ("c", "c", "s")


@pytest.mark.parametrize(("sensitive", "hidden"), [(1, True), (60, False)])
def test_a_level_s_exact_dossiers_do_not_tell_its_sensitive_ones(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path, sensitive: int, hidden: bool
) -> None:
    """A field's 29 dossiers, shown as 30, and sensitive ones that stand nowhere: the exact total less the field."""
    connection.execute("insert into field_level values ('a', 'xa')")
    add(connection, "linh-vuc", "received", "field", "a", "xa", 29)
    for total, code in ((29 + sensitive, "online_share"), (0, "on_time_rate")):
        exact(connection, code, "level", "xa", total)
    assert secured(connection, tmp_path, "received") == {"field a xa": "s" if hidden else None}
