"""The published tables, laid out in the scratch database: exactly the register's columns, in its order.

Belongs here: what every table needs (protected cells, rates, verdicts, reasons), and running `tables/<name>.sql` under
the register's whitelist. Does not belong here: which figure is shown (`disclosure.suppress`), files (`files`).
"""

from pathlib import Path

import duckdb

from pipelines.open_data.disclosure.suppress import bound_macros
from pipelines.registers.disclosure import DisclosureRules
from pipelines.registers.publication import PublicationRegister, Table

Connection = duckdb.DuckDBPyConnection
FOLDER = Path(__file__).parent / "tables"
# The scorecard shows rows of the indicators' table.
LAST = "muc-tieu-ke-hoach"
KIND = "select if(is_synthetic, 'tong-hop-synthetic', 'that') as du_lieu from tthc.marts.dim_run"
SHOWN = """
    create or replace view shown_cell as
    select c.measure, c.scope, c.unit_code, c.unit_level, c.period_code, f.value, f.reason
    from cell c join figure f using (cell)
"""
# Exact: two decimals, or as many as it takes not to round to 0, to 100 or across the target.
EXACT = """
    create or replace macro is_faithful(rounded, share, target) as
        (rounded = 100) = (share = 100) and (rounded = 0) = (share = 0)
        and coalesce((rounded >= target) = (share >= target), true);
    create or replace macro exact_rate(n, d, target) as case
        when coalesce(d, 0) = 0 or n is null then null
        when is_faithful(round(100 * n::double / d, 2), 100 * n::double / d, target) then round(100 * n::double / d, 2)
        when is_faithful(round(100 * n::double / d, 4), 100 * n::double / d, target) then round(100 * n::double / d, 4)
        else 100 * n::double / d
    end;
"""
# Protected: from what is shown of numerator and denominator alone, halves up, so nobody learns more than they could
# work out. A bound holds for every pair of counts that the shown ones allow; so does a verdict.
PROTECTED = """
    create or replace macro shown_share(n, d, finer) as
        floor((200 * finer * least(n, d) + d) / (2 * d)) / finer;
    create or replace macro shown_rate(n, d) as case
        when n is null or d is null or d < {denominator} then null
        when d < {bounded_below} and 100 * n >= {high} * d
        then floor(100 * shown_low(n, null) / shown_high(d, null)::double)
        when d < {bounded_below} and 100 * n <= {low} * d
        then ceil(100 * shown_high(n, null) / shown_low(d, null)::double)
        else shown_share(n, d, if(d >= {decimal_from}, 10, 1))
    end;
    create or replace macro shown_sign(n, d) as case
        when n is null or d is null or d < {denominator} or d >= {bounded_below} then null
        when 100 * n >= {high} * d then '>='
        when 100 * n <= {low} * d then '<='
    end;
    create or replace macro least_share(n, n_reason, d, d_reason) as
        shown_low(n, n_reason)::double / shown_high(d, d_reason);
    create or replace macro greatest_share(n, n_reason, d, d_reason) as
        least(1, shown_high(n, n_reason)::double / shown_low(d, d_reason));
    create or replace macro verdict(n, n_reason, d, d_reason, target, direction) as case
        when target is null or shown_low(d, d_reason) = 0 then null
        when direction = 'down' then case
            when greatest_share(n, n_reason, d, d_reason) <= target then 1
            when least_share(n, n_reason, d, d_reason) > target then 0 end
        when least_share(n, n_reason, d, d_reason) >= target then 1
        when greatest_share(n, n_reason, d, d_reason) < target then 0
    end;
"""
# What the marts say is missing: a source; a field that no model reads; the department's unit in the delivered list.
REASONS = """
    create or replace macro why_missing(missing) as case
        when list_bool_or(list_transform(string_split(missing, ', '),
            lambda one: not contains(one, '.') and one not like 'don_vi %')) then 'x'
        when list_bool_or(list_transform(string_split(missing, ', '), lambda one: one not like 'don_vi %')) then 'k'
        else 'u'
    end;
"""


def figure_macros(rules: DisclosureRules) -> str:
    """Return SQL macros for rates, verdicts (1, 0, or null if the shown figures cannot tell) and reasons."""
    return bound_macros(rules) + EXACT + PROTECTED.format(**rules.rate.model_dump()) + REASONS


def create_published_tables(connection: Connection, register: PublicationRegister, rules: DisclosureRules) -> None:
    """Make one table per published file, named as the file is, with the register's columns alone, in its order."""
    connection.execute(SHOWN)
    connection.execute(figure_macros(rules))
    create_class_tables(connection, rules)
    for table in sorted(register.tables, key=lambda one: one.name == LAST):
        query = (FOLDER / f"{table.name}.sql").read_text(encoding="utf-8")
        connection.execute(f'create or replace table "{table.name}" as {wanted(table, query)}')


def wanted(table: Table, query: str) -> str:
    """Return the register's columns from the columns of a query, typed and sorted.

    Each row also says whether the data are real. The SQL is ours, never an outsider's.
    """
    types = {"string": "varchar", "integer": "bigint", "number": "double", "date": "date", "boolean": "integer"}
    columns = ", ".join(f"cast({c.name} as {types[c.type]}) as {c.name}" for c in table.columns)
    return f"select {columns} from ({query}) cross join ({KIND}) order by {', '.join(table.order_by)}"  # noqa: S608


CLASSES = """
    create or replace table indicator_class as
    select i.indicator_code, i.rule, i.origin,
        i.origin = 'transactions' and not list_contains(string_split(coalesce(i.sources, ''), ', '), 'own_unit')
            as has_every_subject,
        case when list_contains($protected, i.indicator_code) then 'protected'
            when list_contains($exact, i.indicator_code) or list_contains($origins, i.origin) then 'exact'
        end as class
    from tthc.marts.dim_indicator i
"""


def create_class_tables(connection: Connection, rules: DisclosureRules) -> None:
    """Make `indicator_class`: per indicator and rule whether it is exact or protected, null if unnamed."""
    known = {"protected": rules.protected.codes, "exact": [*rules.exact.indicators],
             "origins": [*rules.exact.origins]}  # fmt: skip
    connection.execute(CLASSES, known)
