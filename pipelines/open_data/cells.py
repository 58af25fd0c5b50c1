"""Cells: every count that could be published, exact, with the sum of the keys of the cases in it.

Belongs here: counting, for each measure of the rules, subject and closed period. Does not belong here: what is shown of
it (`protect`). Everything is first added up by unit and day, so no case is paired with any period.
"""

import duckdb

from pipelines.open_data.rules import Parts, Rules

Connection = duckdb.DuckDBPyConnection

PERIODS = """
    create or replace table period as
    select period_code, period_type, start_date, end_date from tthc.marts.dim_period where is_closed;
    create or replace table period_day as
    select period_code, unnest(generate_series(start_date, end_date, interval 1 day))::date as day from period;
    create or replace table day_count
        (measure varchar, unit_code varchar, unit_level varchar, day date, n bigint, k bigint);
    create or replace table unit_count
        (measure varchar, unit_code varchar, unit_level varchar, period_code varchar, n bigint, k bigint);
"""
# One pass over the cases of an indicator whose cases count on the day of their event, or never.
BY_DAY = """
    create or replace temp table of_day as
    select
        unit_code, unit_level, event_date as day,
        count(*) as denominator_n, sum(key) as denominator_k,
        count(*) filter (where counts_from <= event_date) as numerator_n,
        coalesce(sum(key) filter (where counts_from <= event_date), 0) as numerator_k
    from tthc.cases."{view}" join case_key using (case_code)
    where event_date is not null
    group by all
"""
KEEP_DAY = 'insert into day_count select ?, unit_code, unit_level, day, "{part}_n", "{part}_k" from of_day'
DIRECT = """
    insert into day_count
    select 'received_direct', t.unit_code, t.unit_level, t.day, t.n - coalesce(o.n, 0), t.k - coalesce(o.k, 0)
    from day_count t
    left join day_count o on o.measure = 'received_online' and (o.unit_code, o.day) = (t.unit_code, t.day)
    where t.measure = 'received'
"""
OUTCOMES = """
    insert into day_count
    select measure, unit_code, unit_level, finished_date, count(*), sum(key)
    from (
        select
            *,
            unnest([
                'resolved_' || outcome,
                case outcome_766 when 'in_time' then 'resolved_in_time_766'
                    when 'unknown' then 'resolved_unknown_766' end
            ]) as measure
        from tthc.marts.fct_timeliness join case_key on case_code = dossier_code
        where finished_date is not null
    )
    where measure is not null
    group by all
"""
# Under Decision 766 a dossier counts on the day that the national portal's copy names.
COPIES = """
    insert into day_count
    select 'copied_766', unit_code, unit_level, copy_received_date, count(*), sum(key)
    from tthc.marts.fct_national_sync join case_key on case_code = dossier_code
    where copy_received_date is not null
    group by all
"""
# What should have been synchronised is the greater of what we and the portal say was received, unit by unit.
SYNC_DUE = """
    insert into unit_count
    select 'sync_due_766', unit_code, unit_level, period_code, max(n), arg_max(k, (n, measure = 'received'))
    from unit_count
    where measure in ('received', 'copied_766')
    group by unit_code, unit_level, period_code
"""
FLOWS = """
    insert into unit_count
    select measure, unit_code, unit_level, period_code, sum(n), sum(k)
    from day_count join period_day using (day)
    group by all
"""
# By its newest state at the cut of each period: what counted later, or was replaced by then, is left out.
AT_CUT = """
    with daily as (
        select unit_code, unit_level, event_date as day, counts_from, superseded_on, count(*) as n, sum(key) as k
        from tthc.cases."{view}" join case_key using (case_code)
        group by all
    )
    select unit_code, unit_level, period_code, coalesce(d.counts_from <= p.end_date, false) as counts, n, k
    from daily d join period_day using (day) join period p using (period_code)
    where d.superseded_on is null or d.superseded_on > p.end_date
"""
OF_PERIOD = """
    select unit_code, unit_level, period_code, coalesce(counts, false) as counts, 1 as n, key as k
    from tthc.cases."{view}" join case_key using (case_code) join period using (period_code)
"""
KEEP_PERIOD = """
    insert into unit_count
    select ?, unit_code, unit_level, period_code, sum(n), sum(k) from placed where counts or ? group by all
"""
# Stocks at the end of every day that a closed period ends on or begins after: running sums of what came and went.
STOCKS = """
    create or replace table stock as
    with
        bound as (select distinct end_date as day from period union select distinct start_date - 1 from period),
        moved as (
            select unit_code, unit_level, day, case measure when 'received' then n else -n end as n,
                case measure when 'received' then k else -k end as k
            from day_count where measure in ('received', 'resolved')
        ),
        stepped as (
            select m.unit_code, m.unit_level, b.day, sum(m.n) as n, sum(m.k) as k
            from moved m asof join bound b on m.day <= b.day
            group by all
        ),
        grid as (select unit_code, unit_level, b.day from (select distinct unit_code, unit_level from moved), bound b)
    select unit_code, unit_level, day,
        sum(coalesce(n, 0)) over (partition by unit_code, unit_level order by day) as n,
        sum(coalesce(k, 0)) over (partition by unit_code, unit_level order by day) as k
    from grid left join stepped using (unit_code, unit_level, day);
    insert into unit_count
    select 'open', unit_code, unit_level, period_code, n, k from stock join period on day = end_date
    union all
    select 'carried_over', unit_code, unit_level, period_code, n, k from stock join period on day = start_date - 1;
"""
LATE_STOCKS = """
    insert into unit_count
    select measure, unit_code, unit_level, period_code, count(*), sum(key)
    from (
        select
            *,
            unnest([
                case when is_overdue then 'open_overdue' end,
                case outcome_766 when 'overdue' then 'open_overdue_766' when 'unknown' then 'open_unknown_766' end
            ]) as measure
        from tthc.marts.fct_open_late join case_key on case_code = dossier_code join period using (period_code)
    )
    where measure is not null
    group by all
"""
# Not counted from the cases of an indicator, but by the queries here.
COUNTED_HERE = {"copied_766", "sync_due_766"}
# Sums and differences of the above: what each is made of, a minus before what is taken away.
COMBINED = {
    "handled": ("carried_over", "received"),
    "open_in_time": ("open", "-open_overdue"),
    "judged_766": ("resolved", "-resolved_unknown_766", "open", "-open_unknown_766"),
    "in_time_766": ("resolved_in_time_766", "open", "-open_overdue_766", "-open_unknown_766"),
}
COMBINE = """
    insert into unit_count
    select ?, unit_code, unit_level, period_code, sum(n * sign), sum(k * sign)
    from unit_count
    join (select ltrim(term, '-') as measure, if(term like '-%', -1, 1) as sign from unnest(?) as t(term))
        using (measure)
    group by all
"""


def count_units(connection: Connection, rules: Rules) -> None:
    """Fills table `unit_count` (measure, unit_code, unit_level, period_code, n, k): the counts of units that are not
    nothing. `tthc` is the attached candidate; `case_key` is there."""
    connection.execute(PERIODS)
    counted: set[str] = set()
    for parts in rules.indicators:
        if not parts.own:
            _count_parts(connection, rules, parts, counted)
    for query in (DIRECT, OUTCOMES, COPIES, FLOWS, SYNC_DUE):
        connection.execute(query)
    connection.execute(STOCKS)
    connection.execute(LATE_STOCKS)
    for measure, terms in COMBINED.items():
        connection.execute(COMBINE, [measure, list(terms)])
    connection.execute("delete from unit_count where not list_contains(?, measure)", [list(rules.measures)])


def _count_parts(connection: Connection, rules: Rules, parts: Parts, counted: set[str]) -> None:
    """The measures of one indicator out of its cases, unless an earlier indicator or a combination gives them."""
    new = {
        part: measure
        for part, measure in (("denominator", parts.denominator), ("numerator", parts.numerator))
        if measure not in counted | COMBINED.keys() | COUNTED_HERE
    }
    view = f"case_{parts.code}__{parts.rule}"
    kinds = {rules.measures[measure] for measure in new.values()}
    if kinds == {"flow"}:
        connection.execute(BY_DAY.format(view=view))
        for part, measure in new.items():
            connection.execute(KEEP_DAY.format(part=part), [measure])
    elif kinds:
        query = OF_PERIOD if kinds == {"period"} else AT_CUT
        connection.execute("create or replace temp table placed as " + query.format(view=view))
        for part, measure in new.items():
            connection.execute(KEEP_PERIOD, [measure, part == "denominator"])
    counted.update(new.values())
