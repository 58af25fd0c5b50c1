"""Locates the rows that a failed check found: the file, row and field of their delivery, to be corrected there.

Used only after a check has failed: an error that parsing let through must lead back to a delivery. Does not belong
here: the verdict itself, and the look-up of one row (`transform.delivered`).
"""

import re
from pathlib import Path

import duckdb

from pipelines.common.duckdb import connect
from pipelines.gate.results import GateResult
from pipelines.gate.suites import Expectation, load_suites
from pipelines.settings import Settings
from pipelines.transform.delivered import attach_delivered, place_of_row

ROWS_SHOWN = 5
FIRST_ROWS = "select * from ({check}) as failing limit {most}"
# Per expectation type of Great Expectations that the suites use: SQL of the rows that fail it.
BY_TYPE = {
    "expect_column_values_to_not_be_null": "select * from {table} where {column} is null",
    # An empty key is another check's; `sql/not_unique.sql` counts the same rows.
    "expect_column_values_to_be_unique": (
        "select * from {table} where {column} is not null qualify count(*) over (partition by {column}) > 1"
    ),
    "expect_compound_columns_to_be_unique": (
        "select * from {table} where {filled} qualify count(*) over (partition by {columns}) > 1"
    ),
    "expect_column_values_to_be_between": (
        "select * from {table} where {column} < {min_value} or {column} > {max_value}"
    ),
}


def locate_failures(result: GateResult, settings: Settings, candidate: Path, workspace: Path) -> dict[str, list[str]]:
    """Return, by `table.check` of failed checks, up to five places such as `don_vi/2024-12-31/a.csv row 3 TenDonVi`.

    A check without a place is left out: it counts over a whole table, or the rows of its table do not come from single
    delivered rows. Empty if the workspace is gone or cannot be read.

    Args:
        result: The verdict.
        settings: Where the suites lie.
        candidate: The candidate file.
        workspace: dbt's scratch database of the same run.
    """
    if not result.failures() or not workspace.is_file():
        return {}
    suites = load_suites(settings.expectations_dir)
    checks = {(table, check.id): check for table, suite in suites.by_table.items() for check in suite.checks}
    failed = [(table, checks[table, check.id]) for table, check in result.failures() if (table, check.id) in checks]
    try:
        with connect(settings, candidate, read_only=True) as connection:
            attach_delivered(connection, workspace)
            connection.execute(suites.macros)
            connection.execute("set schema = 'marts'")
            by_check = {f"{table}.{check.id}": _places(connection, table, check) for table, check in failed}
    except duckdb.Error:  # the verdict stands without places
        return {}
    return {check: places for check, places in by_check.items() if places}


def failing_rows(table: str, check: Expectation) -> str | None:
    """Return SQL that selects the rows that fail a check, or None if the check does not look at single rows."""
    if check.sql is not None:
        return check.sql.strip().rstrip(";")
    kwargs = {"min_value": "null", "max_value": "null", **check.kwargs}
    keys = kwargs.get("column_list", ())
    filled = " and ".join(f"{key} is not null" for key in keys)
    query = BY_TYPE.get(check.type)
    return None if query is None else query.format(table=table, columns=", ".join(keys), filled=filled, **kwargs)


def columns_read(query: str) -> list[str]:
    """Return the identifiers in the condition of a check's query, in their order; quoted strings are skipped."""
    _, _, condition = re.sub(r"'[^']*'", "''", query).partition("where" if "where" in query else "qualify")
    return re.findall(r"[a-z_][a-z0-9_]*", condition)


def _places(connection: duckdb.DuckDBPyConnection, table: str, check: Expectation) -> list[str]:
    query = failing_rows(table, check)
    if query is None:
        return []
    try:
        result = connection.execute(FIRST_ROWS.format(check=query, most=ROWS_SHOWN))
        columns = [column[0] for column in result.description or ()]
        rows = [dict(zip(columns, row, strict=True)) for row in result.fetchall()]
        places = [place_of_row(connection, table, row, columns_read(query)) for row in rows]
    except duckdb.Error:  # the check reads a table that only the gate creates, such as one of the published version
        return []
    return sorted({place for place in places if place})
