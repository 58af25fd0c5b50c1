"""Cells by something other than the unit: by field, procedure and channel, for levels or the province only.

Belongs here: counting them case by case, and which of them exist: a procedure that is not offered at a level has no
cell there.
"""

import duckdb

from pipelines.registers.disclosure import Sensitive

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
LEVELS = """
    create or replace table field_level as
    select distinct field, if(level = 'tinh', 'so', level) as unit_level
    from (select field, unnest(levels) as level from procedure where field is not null and not is_sensitive)
"""
EVENTS = """
    create or replace temp table event as
    select procedure_code, unit_level, received_date as day, key, 'received' as whole, is_online as counts
    from tthc.marts.fct_online_share join case_key on case_code = dossier_code
    union all
    select procedure_code, unit_level, finished_date, key, 'resolved', outcome <> 'overdue'
    from tthc.marts.fct_timeliness join case_key on case_code = dossier_code
    where finished_date is not null
"""
FIELDS = """
    insert into case_in
    select 'linh-vuc', whole, 'field', field, unit_level, period_code, counts, key
    from event
    join procedure using (procedure_code)
    join field_level using (field, unit_level)
    join period_day using (day)
    join period using (period_code)
    where period_type = 'month' and not is_sensitive
"""
YEARS = """
    insert into case_in
    select 'thu-tuc', whole, 'procedure', procedure_code, 'tinh', period_code, false, key
    from event join procedure using (procedure_code) join period_day using (day) join period using (period_code)
    where whole = 'received' and period_type = 'year'
"""
CHANNELS = """
    insert into case_in
    select 'phan-anh', whole, 'channel', channel, 'tinh', period_code, counts, key
    from (
        select channel, key, 'feedback_sent' as whole, sent_date as day, false as counts
        from tthc.marts.fct_feedback join case_key on case_code = feedback_code
        union all
        select channel, key, 'feedback_due', deadline_date, is_on_time
        from tthc.marts.fct_feedback join case_key on case_code = feedback_code
    )
    join period_day using (day)
    join period using (period_code)
    where period_type = 'quarter'
"""


def count_breakdowns(connection: duckdb.DuckDBPyConnection, sensitive: Sensitive) -> None:
    """Make tables `procedure` and `field_level`, and add to `case_in` the cases by field, procedure and channel.

    `unit_code` is the field, procedure or channel.
    """
    connection.execute(PROCEDURES, [list(sensitive.fields), list(sensitive.procedures), list(sensitive.words)])
    for query in (LEVELS, EVENTS, FIELDS, YEARS, CHANNELS):
        connection.execute(query)
