"""From exact cells to figures that may be shown: hidden, or rounded by their key.

Belongs here: rule SDC-1 itself, as SQL, and the names under which one set of cases is the same cell in every table.
Exact counts and keys stay in the scratch database.
"""

import duckdb

from pipelines.open_data.rules import KEYS, Rules

Connection = duckdb.DuckDBPyConnection

SUBJECTS = """
    create or replace table subject as
    with own_case as (
        select distinct unit_code, period_code from unit_count where measure = 'handled' and n > 0
    )
    select 'unit' as scope, u.unit_code, u.unit_level, p.period_code
    from tthc.marts.dim_unit u
    cross join period p
    left join own_case c on (c.unit_code, c.period_code) = (u.unit_code, p.period_code)
    where c.unit_code is not null
        or u.unit_level <> 'tinh' and coalesce(u.valid_from <= p.end_date, true)
            and coalesce(u.valid_to >= p.start_date, true)
"""
# Levels and the province are counted anew from all units, and rounded by keys of their own.
CELLS = """
    create or replace table cell as
    with
        summed as (
            select
                measure, period_code,
                case when grouping(unit_code) = 0 then 'unit' when grouping(unit_level) = 0 then 'level'
                    else 'province' end as scope,
                coalesce(unit_code, (select province_code from tthc.marts.dim_run)) as unit_code,
                coalesce(unit_level, 'tinh') as unit_level,
                sum(n) as n, sum(k) as k
            from unit_count
            group by grouping sets
                ((measure, period_code, unit_code, unit_level), (measure, period_code, unit_level),
                (measure, period_code))
        ),
        wanted as (
            select scope, unit_code, unit_level, period_code from subject
            union all
            select distinct 'level', r.province_code, unit_level, period_code from subject, tthc.marts.dim_run r
            union all
            select 'province', r.province_code, 'tinh', period_code from period, tthc.marts.dim_run r
        ),
        counted as (
            select m.measure, w.scope, w.unit_code, w.unit_level, w.period_code,
                coalesce(s.n, 0) as n, coalesce(s.k, 0) as k
            from wanted w
            cross join (select unnest(?) as measure) m
            left join summed s using (measure, scope, unit_code, unit_level, period_code)
            union all
            select * from breakdown
        )
    select
        c.measure, c.scope, c.unit_code, c.unit_level, c.period_code,
        concat_ws('|', if(c.measure = 'carried_over', 'open', c.measure), c.scope, c.unit_code, c.unit_level,
            case when c.measure = 'carried_over' then p.start_date - 1
                when list_contains(?, c.measure) then p.end_date end,
            case when c.measure <> 'carried_over' and not list_contains(?, c.measure)
                then p.start_date::date || '/' || p.end_date::date end) as cell,
        c.n::bigint as n, c.k::bigint as k
    from counted c join period p using (period_code)
"""
FIGURES = """
    create or replace table figure as
    select
        cell, n, k,
        n < {threshold} as is_small,
        h.cell is not null as is_hidden_too,
        case when n >= {threshold} and h.cell is null then {rounded} end as value
    from (select distinct cell, n, k from cell) left join hidden_too h using (cell)
"""


def lay_out_cells(connection: Connection, rules: Rules) -> None:
    """Makes table `cell` (measure, scope, unit_code, unit_level, period_code, cell, n, k): every count of the vintage.
    Counts of the same set of cases have the same `cell`: what is carried into February is what January left open."""
    stocks = [measure for measure, kind in rules.measures.items() if kind == "stock"]
    of_units = [measure for measure in rules.measures if measure != "feedback_sent"]
    connection.execute(SUBJECTS)
    connection.execute(CELLS, [of_units, stocks, stocks])
    connection.execute("create or replace table hidden_too (cell varchar primary key)")


def rounded_sql(rules: Rules, count: str = "n", key: str = "k") -> str:
    """SQL that rounds a count by its key, up for as many of the 256 keys as the rules say."""
    ups = " ".join(f"when {r} then {rules.up_keys(r)}" for r in range(1, rules.base))
    up = f"{key} % {KEYS} < case {count} % {rules.base} {ups} else 0 end"
    return f"({count} - {count} % {rules.base} + if({up}, {rules.base}, 0))"


def lay_out_figures(connection: Connection, rules: Rules, *, rounding: bool = True) -> None:
    """Makes table `figure`: per cell what is shown of it, null where it is hidden. `rounding` false leaves the counts
    that are shown exact: for tests that look at the counting alone."""
    rounded = rounded_sql(rules) if rounding else "n"
    connection.execute(FIGURES.format(threshold=rules.threshold if rounding else 0, rounded=rounded))


def hide_too(connection: Connection, rules: Rules, cells: list[str]) -> None:
    """Hides further cells, so that others cannot be worked out from them."""
    connection.execute("insert into hidden_too select distinct unnest(?) on conflict do nothing", [cells])
    lay_out_figures(connection, rules)
