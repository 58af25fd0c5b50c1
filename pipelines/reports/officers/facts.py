"""What a report of one period says, read from a published version.

Belongs here: queries and records, free of language and form. Values are bound. Does not belong here: sheets and words.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import Any

import duckdb

from pipelines.common.errors import UsageFault
from pipelines.common.sql import read_sql
from pipelines.reports.levels import level_codes
from pipelines.reports.officers.form import COLUMNS

# Rows that the list of late dossiers shows at most; the sheet says how many there are.
LATE_SHOWN = 20_000
Row = dict[str, Any]
Connection = duckdb.DuckDBPyConnection


@dataclass(frozen=True)
class ReportFacts:
    """Everything that a report of one period says; rows are as the queries return them.

    Attributes:
        levels: Codes of the levels, the highest first.
        run: The row of `dim_run`: version, as-of day, whether the data are synthetic.
        period: The row of `dim_period`.
        units: Form II.06a by unit, level and province.
        fields: The same by level and field.
        goals: Goals of the plan with their figure of the period.
        tasks: Tasks of the annex as reported by the cut.
        late: Late dossiers, at most LATE_SHOWN.
        findings: Rejected rows by unit, source and reason.
        reported: Who has reported what and when.
    """

    levels: tuple[str, ...]
    run: Row
    period: Row
    units: Sequence[Row]
    fields: Sequence[Row]
    goals: Sequence[Row]
    tasks: Sequence[Row]
    late: Sequence[Row]
    findings: Sequence[Row]
    reported: Sequence[Row]

    @cached_property
    def totals(self) -> Row:
        """The province's row of the form; zeros where nothing was received yet."""
        found = [row for row in self.units if row["scope"] == "province"]
        return found[0] if found else dict.fromkeys(COLUMNS, 0)

    @property
    def late_count(self) -> int:
        """How many dossiers are late in the period, shown or not."""
        return int(self.totals["resolved_overdue"] + self.totals["open_overdue"])


def read_facts(connection: Connection, period: str) -> ReportFacts:
    """Read what a report of a period says.

    Args:
        connection: An open version.
        period: Period code.

    Raises:
        UsageFault: If the version has no such period; the error lists the nearest ones.
    """
    found = find_period(connection, period)
    code = {"period_code": found["period_code"]}
    return ReportFacts(
        levels=level_codes(connection),
        run=read_rows(connection, "select * from marts.dim_run")[0],
        period=found,
        units=read_form_by_unit(connection, found["period_code"]),
        fields=read_rows(connection, _sql("form_by_field", dossiers=_sql("form_dossiers")), code),
        goals=read_rows(connection, _sql("goals"), code),
        tasks=read_rows(connection, _sql("tasks"), code),
        late=read_rows(connection, _sql("late_dossiers", dossiers=_sql("form_dossiers")), {**code, "most": LATE_SHOWN}),
        findings=read_rows(connection, _sql("findings")),
        reported=_reported(connection, found),
    )


def find_period(connection: Connection, period: str) -> Row:
    """Return the row of `dim_period` of a code.

    Raises:
        UsageFault: If there is none; the error lists the nearest ones.
    """
    found = read_rows(connection, "select * from marts.dim_period where period_code = ?", [period])
    if found:
        return found[0]
    codes = [row["period_code"] for row in read_rows(connection, "select period_code from marts.dim_period order by 1")]
    near = get_close_matches(period, codes, n=5, cutoff=0.4)
    raise UsageFault("unknown_period_asked", asked=period, near=", ".join(near) or "–")


def read_form_by_unit(connection: Connection, period: str) -> list[Row]:
    """Return the rows of form II.06a of each unit, each level and the province."""
    return read_rows(connection, _sql("form_by_unit"), {"period_code": period})


def cell_dossiers(
    connection: Connection, period: str, columns: Sequence[str], subject: Mapping[str, str], most: int
) -> list[Row]:
    """Return the dossiers behind a cell of form II.06a.

    Args:
        connection: An open version.
        period: Period code.
        columns: Columns of the form that hold no sum, each of which the cell counts.
        subject: `scope`, `unit_level` and `unit_code`, as the marts use them.
        most: How many at most.
    """
    in_scope = read_sql("pipelines.reports", "sql/in_scope")
    query = _sql("cell_dossiers", dossiers=_sql("form_dossiers"), in_scope=in_scope)
    return read_rows(connection, query, {"period_code": period, "columns": list(columns), "most": most, **subject})


def fingerprint_of(connection: Connection, period: str) -> str:
    """Return a hash of the figures that a report of the period shows, read from small tables alone.

    Two versions in which it is the same have the same form, goals and tasks of the period.
    """
    digest = hashlib.sha256()
    for query in ("form_by_unit", "goals", "tasks"):
        rows = read_rows(connection, _sql(query), {"period_code": period})
        digest.update(json.dumps(rows, ensure_ascii=False, default=str, sort_keys=True).encode())
    return digest.hexdigest()


def read_rows(connection: Connection, query: str, values: Any = None) -> list[Row]:
    """Return the rows of a query by column."""
    result = connection.execute(query, values)
    names = [column[0] for column in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _reported(connection: Connection, period: Row) -> list[Row]:
    """Return who has reported what and when; empty for versions of an earlier release, which do not have it."""
    has = "select 1 from duckdb_tables() where schema_name = 'marts' and table_name = 'fct_figure_reports'"
    if not read_rows(connection, has):
        return []
    return read_rows(connection, _sql("reported"), {"period_code": period["period_code"]})


def _sql(name: str, **parts: str) -> str:
    return read_sql(__package__, f"sql/{name}", **parts)
