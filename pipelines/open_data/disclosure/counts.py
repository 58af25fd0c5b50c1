"""Cells of opinions: ratings and feedback by unit and level, counted case by case.

Belongs here: closed periods, the subjects that are published, and which case counts where (table `case_in`). Does not
belong here: what is counted by field, procedure or channel (`breakdowns`), what is shown of a cell (`suppress`).
"""

import duckdb

from pipelines.registers.disclosure import DisclosureRules
from pipelines.transform.handovers import handovers_join

Connection = duckdb.DuckDBPyConnection

PERIODS = """
    create or replace table period as
    select period_code, period_type, start_date, end_date from tthc.marts.dim_period where is_closed;
    create or replace table period_day as
    select period_code, unnest(generate_series(start_date, end_date, interval 1 day))::date as day from period;
"""
# Units that exist in the period or have something exact to show, their levels, and the province.
SUBJECTS = """
    create or replace table subject as
    with
        unit as (
            select unit_code, unit_level, period_code
            from tthc.marts.handling_status join period using (period_code) where scope = 'unit'
            union
            select unit_code, unit_level, period_code
            from tthc.marts.indicator_values join period using (period_code)
            where scope = 'unit' and not list_contains($protected, indicator_code)
            union
            select unit_code, unit_level, period_code
            from tthc.marts.dim_unit join period
                on coalesce(valid_from <= end_date, true) and coalesce(valid_to >= start_date, true)
            where unit_level <> 'tinh'
        )
    select 'unit' as scope, unit_code, unit_level, period_code from unit
    union all
    select distinct 'level', r.province_code, unit_level, period_code from unit, tthc.marts.dim_run r
    union all
    select 'province', r.province_code, 'tinh', period_code from period, tthc.marts.dim_run r;
"""
# One row per case, period and count that it is part of; `counts`: it is in the measure within as well. `part` is what
# stays as it was published, or changes, as one.
CASES = """
    create or replace table case_in (
        part varchar, whole varchar, scope varchar, unit_code varchar, unit_level varchar, period_code varchar,
        counts boolean, key bigint
    )
"""
# A case counts for the unit that answers for its dossier or item at the end of the period.
OPINIONS = """
    insert into case_in
    select ?, ?, 'unit', coalesce(h.unit_code, c.unit_code), coalesce(h.unit_level, c.unit_level), p.period_code,
           coalesce(c.counts_from <= p.end_date, false), k.key
    from tthc.cases."{view}" c
    join case_key k using (case_code)
    join period_day d on c.event_date = d.day
    join period p using (period_code)
    {handovers}
    where c.superseded_on is null or c.superseded_on > p.end_date
"""
SOURCES = "select sources from tthc.marts.dim_indicator where indicator_code = ? and rule = ?"


def count_opinions(connection: Connection, rules: DisclosureRules) -> None:
    """Make the tables of periods and subjects, and `case_in` with the cases of protected indicators.

    The tables are `period`, `period_day` and `subject` (scope, unit_code, unit_level, period_code). `tthc` is the
    attached candidate; `case_key` must be there.
    """
    connection.execute(PERIODS)
    connection.execute(SUBJECTS, {"protected": rules.protected.codes})
    connection.execute(CASES)
    for one in rules.protected.indicators:
        (sources,) = connection.execute(SOURCES, [one.code, one.rule]).fetchone() or ("",)
        handovers = handovers_join(sources or "", "c.case_code", "p.end_date", "tthc.marts")
        query = OPINIONS.format(view=f"case_{one.code}__{one.rule}", handovers=handovers)
        connection.execute(query, [one.code, one.denominator])
