"""Where the rows that a failed check found were delivered: file, row and field, so that somebody can correct them.

Asked only once something has failed, for the net behind the door: what a check finds all the same must lead back to a
delivery. Does not belong here: the verdict itself, and looking a row up (`transform.delivered`).
"""

import re
from pathlib import Path

import duckdb

from pipelines.common.duckdb import connect
from pipelines.common.patterns import fill_patterns
from pipelines.gate.results import GateResult
from pipelines.gate.suites import MACROS_FILE, Expectation, load_suites
from pipelines.settings import Settings
from pipelines.transform.delivered import attach_delivered, place_of_row

ROWS_SHOWN = 5
FOUND = "select * from ({check}) as found limit {most}"
# The rows that fail what Great Expectations checks by a type of its own: by table, column or columns, and bounds.
BY_TYPE = {
    "expect_column_values_to_not_be_null": "select * from {table} where {column} is null",
    "expect_column_values_to_be_unique": "select * from {table} qualify count(*) over (partition by {column}) > 1",
    "expect_compound_columns_to_be_unique": "select * from {table} qualify count(*) over (partition by {columns}) > 1",
    "expect_column_values_to_be_between": (
        "select * from {table} where {column} < {min_value} or {column} > {max_value}"
    ),
}


def locate_failures(result: GateResult, settings: Settings, candidate: Path, workspace: Path) -> dict[str, list[str]]:
    """Return, by `table.check` of what failed, up to five places such as `don_vi/2024-12-31/a.csv row 3 TenDonVi`.

    A check that counts over the whole table, or of a table whose rows come from no single delivered row, has none.
    """
    if not result.failures() or not workspace.is_file():
        return {}
    checks = {(table, check.id): check for table, suite in load_suites(settings.expectations_dir).by_table.items()
              for check in suite.checks}  # fmt: skip
    failed = [(table, checks[table, check.id]) for table, check in result.failures() if (table, check.id) in checks]
    macros = fill_patterns((settings.expectations_dir / MACROS_FILE).read_text(encoding="utf-8"))
    try:
        with connect(settings, candidate, read_only=True) as connection:
            attach_delivered(connection, workspace)
            connection.execute(macros)
            connection.execute("set schema = 'marts'")
            found = {f"{table}.{check.id}": _places(connection, table, check) for table, check in failed}
    except duckdb.Error:  # the refusal stands without places
        return {}
    return {check: places for check, places in found.items() if places}


def failing_rows(table: str, check: Expectation) -> str | None:
    """Return the SQL that selects the rows that fail a check, or None if it looks at no single row."""
    if check.sql is not None:
        return check.sql.strip().rstrip(";")
    kwargs = {"min_value": "null", "max_value": "null", **check.kwargs}
    columns = ", ".join(kwargs.get("column_list", ()))
    query = BY_TYPE.get(check.type)
    return None if query is None else query.format(table=table, columns=columns, **kwargs)


def columns_read(query: str) -> list[str]:
    """Return the names in a check's condition, in their order; texts in quotes are no names."""
    _, _, condition = re.sub(r"'[^']*'", "''", query).partition("where" if "where" in query else "qualify")
    return re.findall(r"[a-z_][a-z0-9_]*", condition)


def _places(connection: duckdb.DuckDBPyConnection, table: str, check: Expectation) -> list[str]:
    query = failing_rows(table, check)
    if query is None:
        return []
    try:
        result = connection.execute(FOUND.format(check=query, most=ROWS_SHOWN))
        columns = [column[0] for column in result.description or ()]
        rows = [dict(zip(columns, row, strict=True)) for row in result.fetchall()]
        places = [place_of_row(connection, table, row, columns_read(query)) for row in rows]
    except duckdb.Error:  # it reads what only the gate lays out, such as the version before
        return []
    return sorted({place for place in places if place})
