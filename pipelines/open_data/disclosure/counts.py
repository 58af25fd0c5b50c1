"""Protected cells by unit and level: ratings and feedback, counted case by case.

Belongs here: closed periods, published subjects, and the cell in which each case counts (table `case_in`). Does not
belong here: cells by field, procedure or channel (`breakdowns`), what is shown of a cell (`suppress`).
"""

import duckdb

from pipelines.common.sql import quote_identifier, read_sql
from pipelines.registers.disclosure import DisclosureRules
from pipelines.transform.handovers import handovers_join

Connection = duckdb.DuckDBPyConnection

SOURCES = "select sources from tthc.marts.dim_indicator where indicator_code = ? and rule = ?"


def create_case_table(connection: Connection) -> None:
    """Create the empty table `case_in`: one row per case, period and cell in which the case counts."""
    connection.execute(read_sql(__package__, "sql/case_in"))


def count_opinions(connection: Connection, rules: DisclosureRules) -> None:
    """Create the tables of periods and subjects, and `case_in` with the cases of protected indicators.

    The tables are `period`, `period_day` and `subject` (scope, unit_code, unit_level, period_code).

    Args:
        connection: The scratch database, with the candidate attached as `tthc` and table `case_key`.
        rules: The disclosure rules.
    """
    connection.execute(read_sql("pipelines.open_data", "sql/scope_macros"))
    connection.execute(read_sql(__package__, "sql/period"))
    connection.execute(read_sql(__package__, "sql/subject"), {"protected": rules.protected.codes})
    create_case_table(connection)
    for indicator in rules.protected.indicators:
        (sources,) = connection.execute(SOURCES, [indicator.code, indicator.rule]).fetchone() or ("",)
        handovers = handovers_join(sources or "", "c.case_code", "p.end_date", "tthc.marts")
        view = quote_identifier(f"case_{indicator.code}__{indicator.rule}")
        query = read_sql(__package__, "sql/cases_of_opinion", view=view, handovers=handovers)
        connection.execute(query, [indicator.code, indicator.denominator])
