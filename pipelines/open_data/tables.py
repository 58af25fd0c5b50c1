"""The published tables, laid out in the scratch database: exactly the register's columns, in its order.

Belongs here: what every table needs (protected cells, rates, whether a target is met), and running `tables/<name>.sql`
under the register's whitelist. Does not belong here: which figure is shown (`protect`), files (`files`).
"""

from pathlib import Path

import duckdb

from pipelines.open_data.register import Register, Table
from pipelines.open_data.rules import RateRule, Rules

Connection = duckdb.DuckDBPyConnection
FOLDER = Path(__file__).parent / "tables"
# The scorecard shows rows of the indicators' table.
LAST = "muc-tieu-ke-hoach"
KIND = "select if(is_synthetic, 'tong-hop-synthetic', 'that') as du_lieu from tthc.marts.dim_run"
SHOWN = """
    create or replace view shown_cell as
    select c.measure, c.scope, c.unit_code, c.unit_level, c.period_code, c.n, f.value
    from cell c join figure f using (cell)
"""
# From what is shown of numerator and denominator alone, halves up: nobody learns more than they could work out.
MACROS = """
    create or replace macro shown_share(n, d, finer) as
        floor((200 * finer * least(n, d) + d) / (2 * d)) / finer;
    create or replace macro shown_rate(n, d) as case
        when n is null or d is null or d < {denominator} then null
        when d < {bounded_below} and 100 * n >= {high} * d then cast({high} as double)
        when d < {bounded_below} and 100 * n <= {low} * d then cast({low} as double)
        else shown_share(n, d, if(d >= {decimal_from}, 10, 1))
    end;
    create or replace macro shown_sign(n, d) as case
        when n is null or d is null or d < {denominator} or d >= {bounded_below} then ''
        when 100 * n >= {high} * d then '>='
        when 100 * n <= {low} * d then '<='
        else ''
    end;
    create or replace macro is_met(rate, sign, target, direction) as case
        when rate is null or target is null then null
        when direction = 'down' then case
            when sign <> '>=' and rate <= target then 1 when sign <> '<=' and rate > target then 0 end
        when sign <> '<=' and rate >= target then 1
        when sign <> '>=' and rate < target then 0
    end;
"""


def rate_macros(rate: RateRule) -> str:
    """SQL macros `shown_rate` (per cent), `shown_sign` and `is_met` (1, 0, or null where the bound cannot tell)."""
    return MACROS.format(**rate.model_dump())


def lay_out_tables(connection: Connection, register: Register, rules: Rules) -> None:
    """Makes one table per published file, named as the file is, with the register's columns alone, in its order."""
    connection.execute(SHOWN)
    connection.execute(rate_macros(rules.rate))
    _lay_out_indicators(connection, rules)
    for table in sorted(register.tables, key=lambda one: one.name == LAST):
        query = (FOLDER / f"{table.name}.sql").read_text(encoding="utf-8")
        connection.execute(f'create or replace table "{table.name}" as {wanted(table, query)}')


def wanted(table: Table, query: str) -> str:
    """The register's columns out of what a query offers, typed and sorted, and in each row whether the data are real.
    The SQL is ours, never an outsider's."""
    types = {"string": "varchar", "integer": "bigint", "number": "double", "date": "date", "boolean": "integer"}
    columns = ", ".join(f"cast({c.name} as {types[c.type]}) as {c.name}" for c in table.columns)
    return f"select {columns} from ({query}) cross join ({KIND}) order by {', '.join(table.order_by)}"  # noqa: S608


def _lay_out_indicators(connection: Connection, rules: Rules) -> None:
    """Which indicators are about people, and the measures of those that have any."""
    connection.execute("create or replace table personal_origin as select ? as origins", [list(rules.personal_origins)])
    connection.execute(
        "create or replace table part"
        " (indicator_code varchar, rule varchar, numerator varchar, denominator varchar, own boolean)"
    )
    rows = [[one.code, one.rule, one.numerator, one.denominator, one.own] for one in rules.indicators]
    connection.executemany("insert into part values (?, ?, ?, ?, ?)", rows)
    connection.execute(
        "create or replace table personal_indicator as"
        " select indicator_code, rule, p.numerator as numerator_measure, p.denominator as denominator_measure,"
        " coalesce(p.own, false) as own"
        " from tthc.marts.dim_indicator i left join part p using (indicator_code, rule)"
        " where list_contains(?, i.origin)",
        [list(rules.personal_origins)],
    )
