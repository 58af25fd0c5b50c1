"""Cells by something other than the unit: by field, procedure and channel, for levels or the province only.

Belongs here: counting them, and which of them exist: a procedure that is not offered at a level has no cell there.
"""

import duckdb

from pipelines.open_data.rules import Sensitive

# Departments receive at the province's centre: procedures of level `tinh` are theirs.
PROCEDURES = """
    create or replace table procedure as
    select
        procedure_code, procedure_name, field_name, time_limit, time_limit_unit, service_level,
        effective_from, effective_to,
        coalesce(field_code, nullif(trim(regexp_replace(
            replace(strip_accents(lower(field_name)), 'đ', 'd'), '[^a-z0-9]+', '-', 'g'), '-'), '')) as field,
        list_filter(['tinh', 'huyen', 'xa'], lambda x: list_contains(string_split(levels, ';'), x)) as levels,
        coalesce(list_contains(?, field_name), false) or list_contains(?, procedure_code)
            or list_bool_or(list_transform(?, lambda w: contains(lower(procedure_name), lower(w)))) as is_sensitive
    from tthc.marts.dim_procedure
    where not coalesce(is_internal, false)
"""
EVENTS = """
    create or replace temp table event as
    select procedure_code, unit_level, received_date as day, key,
        unnest(if(is_online, ['received', 'received_online'], ['received'])) as measure
    from tthc.marts.fct_online_share join case_key on case_code = dossier_code
    union all
    select procedure_code, unit_level, finished_date, key,
        unnest(if(outcome <> 'overdue', ['resolved', 'resolved_in_time'], ['resolved']))
    from tthc.marts.fct_timeliness join case_key on case_code = dossier_code
    where finished_date is not null
"""
FIELDS = """
    create or replace table field_level as
    select distinct field, if(level = 'tinh', 'so', level) as unit_level
    from (select field, unnest(levels) as level from procedure where field is not null and not is_sensitive);
    create or replace table breakdown as
    with counted as (
        select measure, field, unit_level, period_code, count(*) as n, sum(key) as k
        from event join procedure using (procedure_code) join period_day using (day) join period using (period_code)
        where period_type = 'month' and not is_sensitive
        group by all
    )
    select measure, 'field' as scope, field as unit_code, unit_level, period_code, coalesce(n, 0) as n,
        coalesce(k, 0) as k
    from field_level
    cross join (select period_code from period where period_type = 'month')
    cross join (select unnest(['received', 'received_online', 'resolved', 'resolved_in_time']) as measure)
    left join counted using (measure, field, unit_level, period_code);
"""
YEARS = """
    insert into breakdown
    with counted as (
        select procedure_code, period_code, count(*) as n, sum(key) as k
        from event join period_day using (day) join period using (period_code)
        where measure = 'received' and period_type = 'year'
        group by all
    )
    select 'received', 'procedure', procedure_code, 'tinh', period_code, coalesce(n, 0), coalesce(k, 0)
    from procedure cross join (select period_code from period where period_type = 'year')
    left join counted using (procedure_code, period_code)
"""
CHANNELS = """
    insert into breakdown
    with
        told as (
            select channel, key, 'feedback_sent' as measure, sent_date as day
            from tthc.marts.fct_feedback join case_key on case_code = feedback_code
            union all
            select channel, key, unnest(if(is_on_time, ['feedback_due', 'feedback_in_time'], ['feedback_due'])),
                deadline_date
            from tthc.marts.fct_feedback join case_key on case_code = feedback_code
        ),
        counted as (
            select measure, channel, period_code, count(*) as n, sum(key) as k
            from told join period_day using (day) join period using (period_code)
            where period_type = 'quarter'
            group by all
        )
    select measure, 'channel', channel, 'tinh', period_code, coalesce(n, 0), coalesce(k, 0)
    from (select unnest(?) as channel)
    cross join (select period_code from period where period_type = 'quarter')
    cross join (select unnest(['feedback_sent', 'feedback_due', 'feedback_in_time']) as measure)
    left join counted using (measure, channel, period_code)
"""


def count_breakdowns(connection: duckdb.DuckDBPyConnection, sensitive: Sensitive, channels: list[str]) -> None:
    """Fills tables `procedure` and `breakdown` (measure, scope, unit_code, unit_level, period_code, n, k); `unit_code`
    is the field, procedure or channel. Cells that hold nothing are there with 0."""
    named = [list(sensitive.fields), list(sensitive.procedures), list(sensitive.words)]
    connection.execute(PROCEDURES, named)
    connection.execute(EVENTS)
    connection.execute(FIELDS)
    connection.execute(YEARS)
    connection.execute(CHANNELS, [channels])
