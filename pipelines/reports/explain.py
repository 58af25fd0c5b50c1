"""Explain a figure (`tthc explain`): its definition, parts, deliveries, and the cases that lower it.

Belongs here: reading these from a published version. Does not belong here: rules of counting (the views in schema
`cases`), printing (`explain_view`). Dossier codes are internal: what is returned here is never open data.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import duckdb

from pipelines.common.errors import UsageFault
from pipelines.common.sql import quote_identifier, read_sql
from pipelines.reports.levels import level_codes
from pipelines.transform.handovers import NO_HANDOVERS, handovers_join, handovers_table

Row = dict[str, Any]

INDICATOR = "select * from marts.dim_indicator where indicator_code = ? and rule = ?"
HAS_TABLE = "select 1 as found from duckdb_tables() where schema_name = 'marts' and table_name = ?"
NEWEST_MONTH = """
    select * from marts.dim_period where period_type = 'month' order by is_closed desc, end_date desc limit 1
"""


@dataclass(frozen=True)
class ExplainedCut:
    """The subject of a figure: scope `unit`, `level` or `province`, with the codes that the marts use for it."""

    scope: str
    unit_code: str
    unit_level: str

    @property
    def parameters(self) -> dict[str, str]:
        """Values of the parameters `$scope`, `$unit_level` and `$unit_code` of queries."""
        return {"scope": self.scope, "unit_level": self.unit_level, "unit_code": self.unit_code}


@dataclass(frozen=True)
class Explanation:
    """One figure with everything that it follows from; rows are as the queries return them.

    Attributes:
        definition: The indicator: names, formula in words, legal basis, lead unit.
        period: The row of `dim_period`.
        subject: Whom the figure is about.
        figure: The row of `indicator_values`; None if the warehouse has none for this subject.
        deliveries: The accepted files of the indicator's sources.
        against: Cases of the denominator that are not in the numerator.
    """

    definition: Row
    period: Row
    subject: ExplainedCut
    figure: Row | None
    deliveries: list[Row]
    against: list[Row]


def explain(
    connection: duckdb.DuckDBPyConnection, code: str, rule: str, unit: str | None, period: str | None
) -> Explanation:
    """Look up a figure with everything that it follows from.

    Args:
        connection: An open version.
        code: Indicator code.
        rule: `plan` or `766`.
        unit: Code of a unit, a level (`dim_level`), or None for the province.
        period: Period code; None is the newest closed month.

    Raises:
        UsageFault: If a code is unknown; the error lists the nearest known ones.
    """
    definition = _one(connection, INDICATOR, code, rule)
    if definition is None:
        listing = ("indicator_code || '/' || rule", "dim_indicator")
        raise _unknown(connection, "unknown_indicator", f"{code}/{rule}", listing)
    found = _period(connection, period)
    # Versions published by earlier code have no table of definitions, only today's wording.
    if _one(connection, HAS_TABLE, "indicator_definitions"):
        in_period = read_sql(__package__, "sql/definition_in_period")
        definition |= _one(connection, in_period, code, rule, found["end_date"]) or {}
    definition |= _one(connection, read_sql(__package__, "sql/lead_unit"), code, found["end_date"]) or {}
    subject = subject_of(connection, unit)
    figure = _one(
        connection,
        "select * from marts.indicator_values where indicator_code = ? and rule = ? and period_code = ?"
        " and scope = ? and unit_code = ? and unit_level = ?",
        code, rule, found["period_code"], subject.scope, subject.unit_code, subject.unit_level,
    )  # fmt: skip
    sources = [source.strip() for source in (definition["sources"] or "").split(",")]
    # If a source was never delivered, no case is known to be outside the numerator.
    known = figure is not None and figure["missing_source"] is None
    return Explanation(
        definition, found, subject, figure,
        rows_of(connection, read_sql(__package__, "sql/deliveries_of_sources"), [sources]),
        _against(connection, definition, found["period_code"], subject) if known else [],
    )  # fmt: skip


def _against(connection: duckdb.DuckDBPyConnection, definition: Row, period: str, subject: ExplainedCut) -> list[Row]:
    """Return cases in the denominator that are not in the numerator; for reported figures the units that fall short."""
    code, rule = definition["indicator_code"], definition["rule"]
    values = {"period_code": period, **subject.parameters}
    in_scope = read_sql(__package__, "sql/in_scope")
    if definition["origin"] == "reported":
        return rows_of(connection, read_sql(__package__, "sql/reported_against", in_scope=in_scope),
                     {**values, "indicator_code": code, "rule": rule})  # fmt: skip
    view = f"case_{code}__{rule}"
    columns = connection.execute(
        "select column_name from duckdb_columns() where schema_name = 'cases' and table_name = ?", [view]
    ).fetchall()
    if not columns:
        return []
    if ("period_code",) in columns:
        query = read_sql(__package__, "sql/cases_against_by_period", view=quote_identifier(view), in_scope=in_scope)
        return rows_of(connection, query, values)
    sources = definition["sources"] or ""
    is_known = _one(connection, HAS_TABLE, handovers_table(sources))
    handovers = handovers_join(sources, "c.case_code", "p.cut_date") if is_known else NO_HANDOVERS
    parts = {"view": quote_identifier(view), "handovers": handovers, "in_scope": in_scope}
    query = read_sql(__package__, "sql/cases_against_by_day", **parts)
    return rows_of(connection, query, values)


def _period(connection: duckdb.DuckDBPyConnection, period: str | None) -> Row:
    if period is None:
        found = _one(connection, NEWEST_MONTH)
    else:
        found = _one(connection, "select * from marts.dim_period where period_code = ?", period)
    if found is None:
        raise _unknown(connection, "unknown_period_asked", period or "", ("period_code", "dim_period"))
    return found


def subject_of(connection: duckdb.DuckDBPyConnection, unit: str | None) -> ExplainedCut:
    """Return whom a unit code, a level or None (the province) stands for.

    Raises:
        UsageFault: If there is no such unit; the error lists the nearest ones.
    """
    run = _one(connection, "select province_code from marts.dim_run") or {}
    province, levels = run["province_code"], level_codes(connection)
    if unit is None or unit == province:
        return ExplainedCut("province", province, levels[0])
    if unit in levels:
        return ExplainedCut("level", province, unit)
    found = _one(connection, "select unit_code, unit_level from marts.dim_unit where unit_code = ?", unit)
    if found is None:
        raise _unknown(connection, "unknown_unit_asked", unit, ("unit_code", "dim_unit"))
    return ExplainedCut("unit", found["unit_code"], found["unit_level"])


def _unknown(connection: duckdb.DuckDBPyConnection, message: str, asked: str, listing: tuple[str, str]) -> UsageFault:
    """Return the error that lists the known codes nearest to `asked`; `listing` is a column and its table."""
    expression, table = listing
    listed = connection.execute(f"select {expression} from marts.{table} order by 1").fetchall()  # noqa: S608 - ours
    near = get_close_matches(asked, [name for (name,) in listed], n=5, cutoff=0.4)
    return UsageFault(message, asked=asked, near=", ".join(near) or "–")


def _one(connection: duckdb.DuckDBPyConnection, query: str, *values: object) -> Row | None:
    rows = rows_of(connection, query, list(values))
    return rows[0] if rows else None


def rows_of(
    connection: duckdb.DuckDBPyConnection, query: str, values: list[object] | Mapping[str, object]
) -> list[Row]:
    """Return the rows of a query by column name."""
    result = connection.execute(query, values)
    names = [column[0] for column in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
