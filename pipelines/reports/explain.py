"""Where a figure comes from, for `tthc explain`: definition, parts, deliveries, and what counts against it.

Belongs here: reading these out of a published version. Does not belong here: any rule of counting (the views in schema
`cases` hold those), printing. Dossier codes are internal: what is returned here is never open data.
"""

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import duckdb

from pipelines.common.errors import UsageFault
from pipelines.transform.handovers import NO_HANDOVERS, handovers_join, handovers_table

LEVELS = ("tinh", "so", "huyen", "xa")
Row = dict[str, Any]

INDICATOR = "select * from marts.dim_indicator where indicator_code = ? and rule = ?"
# The wording that the figure's period is judged by, and who leads by the plan of its year, where either is known.
HAS_TABLE = "select 1 as found from duckdb_tables() where schema_name = 'marts' and table_name = ?"
IN_PERIOD = """
    select name_vi, name_en, numerator_vi, numerator_en, denominator_vi, denominator_en, value_unit, direction,
           matures, legal_basis, valid_from, valid_to
    from marts.indicator_definitions
    where indicator_code = ? and rule = ? and ? between valid_from and coalesce(valid_to, date '9999-12-31')
"""
LEAD = """
    select lead_unit from marts.plan_scorecard
    where indicator_code = ? and plan_year = year(?) and lead_unit is not null
    order by goal_code limit 1
"""
NEWEST_MONTH = """
    select * from marts.dim_period where period_type = 'month' order by is_closed desc, end_date desc limit 1
"""
SCOPE = "(? = 'province' or ? = 'level' and unit_level = ? or ? = 'unit' and unit_code = ?)"
# A dossier or feedback item that passed to another unit is shown under the one that answers for it at the period's cut.
BY_DAY = f"""
    select case_code, unit_code, event_date, reason
    from (
        select c.* replace (coalesce(h.unit_code, c.unit_code) as unit_code,
                            coalesce(h.unit_level, c.unit_level) as unit_level), p.start_date, p.cut_date
        from cases."{{view}}" c
        join marts.dim_period p on p.period_code = ?
        {{handovers}}
    ) c
    where event_date between start_date and cut_date
      and (superseded_on is null or superseded_on > cut_date)
      and not coalesce(counts_from <= cut_date, false) and {SCOPE}
    order by event_date, case_code
"""  # noqa: S608 - what is put in is the name of a view that the catalogue holds, and a join of ours
BY_PERIOD = f"""
    select case_code, unit_code, null as event_date, reason
    from cases."{{view}}" where period_code = ? and not counts and {SCOPE}
    order by case_code
"""  # noqa: S608
REPORTED = f"""
    select null as case_code, unit_code, null as event_date, 'reported' as reason, numerator, denominator
    from marts.indicator_values
    where period_code = ? and indicator_code = ? and rule = ? and scope = 'unit' and numerator < denominator and {SCOPE}
    order by numerator / denominator, unit_code
"""  # noqa: S608
DELIVERIES = """
    select source, business_day, file_name, sha256, rows_accepted as rows_used
    from marts.deliveries where status = 'accepted' and list_contains(?, source) order by all
"""


@dataclass(frozen=True)
class ExplainedCut:
    """Whom a figure is about: scope `unit`, `level` or `province`, with the codes the marts use for it."""

    scope: str
    unit_code: str
    unit_level: str

    @property
    def bound(self) -> list[str]:
        """Values for the placeholders of SCOPE."""
        return [self.scope, self.scope, self.unit_level, self.scope, self.unit_code]


@dataclass(frozen=True)
class Explanation:
    """One figure with everything behind it.

    `figure` is null if the warehouse holds none for this subject.
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
    """Look up a figure with everything behind it.

    `unit` is a unit's code, a level, or null for the province; `period` null is the newest closed month.

    Raises:
        UsageFault: If something is not known; the error names the nearest names.
    """
    definition = _one(connection, INDICATOR, code, rule)
    if definition is None:
        listing = ("indicator_code || '/' || rule", "dim_indicator")
        raise _unknown(connection, "unknown_indicator", f"{code}/{rule}", listing)
    found = _period(connection, period)
    # A version that earlier code published has today's wording only.
    if _one(connection, HAS_TABLE, "indicator_definitions"):
        definition |= _one(connection, IN_PERIOD, code, rule, found["end_date"]) or {}
    definition |= _one(connection, LEAD, code, found["end_date"]) or {}
    subject = _subject(connection, unit)
    figure = _one(
        connection,
        "select * from marts.indicator_values where indicator_code = ? and rule = ? and period_code = ?"
        " and scope = ? and unit_code = ? and unit_level = ?",
        code, rule, found["period_code"], subject.scope, subject.unit_code, subject.unit_level,
    )  # fmt: skip
    sources = [source.strip() for source in (definition["sources"] or "").split(",")]
    # Where a source never came nothing is known, so nothing counts against anybody.
    known = figure is not None and figure["missing_source"] is None
    return Explanation(
        definition, found, subject, figure,
        _rows(connection, DELIVERIES, [sources]),
        _against(connection, definition, found["period_code"], subject) if known else [],
    )  # fmt: skip


def _against(connection: duckdb.DuckDBPyConnection, definition: Row, period: str, subject: ExplainedCut) -> list[Row]:
    """Return cases in the denominator that are not in the numerator; for reported figures the units that fall short."""
    code, rule = definition["indicator_code"], definition["rule"]
    if definition["origin"] == "reported":
        return _rows(connection, REPORTED, [period, code, rule, *subject.bound])
    view = f"case_{code}__{rule}"
    columns = connection.execute(
        "select column_name from duckdb_columns() where schema_name = 'cases' and table_name = ?", [view]
    ).fetchall()
    if not columns:
        return []
    query = BY_PERIOD if ("period_code",) in columns else BY_DAY
    sources = definition["sources"] or ""
    is_known = _one(connection, HAS_TABLE, handovers_table(sources))
    handovers = handovers_join(sources, "c.case_code", "p.cut_date") if is_known else NO_HANDOVERS
    return _rows(connection, query.format(view=view, handovers=handovers), [period, *subject.bound])


def _period(connection: duckdb.DuckDBPyConnection, period: str | None) -> Row:
    if period is None:
        found = _one(connection, NEWEST_MONTH)
    else:
        found = _one(connection, "select * from marts.dim_period where period_code = ?", period)
    if found is None:
        raise _unknown(connection, "unknown_period_asked", period or "", ("period_code", "dim_period"))
    return found


def _subject(connection: duckdb.DuckDBPyConnection, unit: str | None) -> ExplainedCut:
    run = _one(connection, "select province_code from marts.dim_run") or {}
    province = run["province_code"]
    if unit is None or unit == province:
        return ExplainedCut("province", province, "tinh")
    if unit in LEVELS:
        return ExplainedCut("level", province, unit)
    found = _one(connection, "select unit_code, unit_level from marts.dim_unit where unit_code = ?", unit)
    if found is None:
        raise _unknown(connection, "unknown_unit_asked", unit, ("unit_code", "dim_unit"))
    return ExplainedCut("unit", found["unit_code"], found["unit_level"])


def _unknown(connection: duckdb.DuckDBPyConnection, message: str, asked: str, listing: tuple[str, str]) -> UsageFault:
    """Return the fault that names what is nearest to what was asked; `listing` is a column and its table."""
    expression, table = listing
    listed = connection.execute(f"select {expression} from marts.{table} order by 1").fetchall()  # noqa: S608 - ours
    near = get_close_matches(asked, [name for (name,) in listed], n=5, cutoff=0.4)
    return UsageFault(message, asked=asked, near=", ".join(near) or "–")


def _one(connection: duckdb.DuckDBPyConnection, query: str, *values: object) -> Row | None:
    rows = _rows(connection, query, list(values))
    return rows[0] if rows else None


def _rows(connection: duckdb.DuckDBPyConnection, query: str, values: list[object]) -> list[Row]:
    result = connection.execute(query, values)
    names = [column[0] for column in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
