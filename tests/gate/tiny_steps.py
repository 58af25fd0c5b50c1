"""Steps of the small made-up warehouse, what follows from them, and code lists: by SQL of its own.

A dossier is received at the desk, handled by an office, waits where a supplement was asked for, and ends.
"""

from .tiny_dimensions import AS_OF

STEPS = f"""
create table fct_steps as
with planned as (
    select s.*, taken.status, taken.after, taken.office
    from settled as s
    cross join (values ('2', interval 8 hour, 'Bộ phận một cửa'), ('4', interval 33 hour, 'Phòng chuyên môn'),
                       ('5', interval 34 hour, 'Phòng chuyên môn'), ('4', interval 57 hour, null))
        as taken (status, after, office)
    where supplement_count > 0 or taken.after < interval 34 hour
    union all
    select s.*, s.status_code::varchar, (finished_date - received_date) * interval 1 day + interval 15 hour,
           'Bộ phận một cửa'
    from settled as s where finished_date is not null
),
numbered as (
    select *, received_date + after as began_at, row_number() over taken as step_number,
           lead(received_date + after) over taken as next_at
    from planned where (received_date + after)::date <= date '{AS_OF}'
    window taken as (partition by dossier_code order by after)
),
phased as (
    select *,
           case when status in ('7', '9', '10') then 'done' when status = '5' then 'waiting'
                else 'handling' end as phase,
           case when phase = 'done' then began_at else next_at end as ended_at,
           case when status = '4' then began_at::date + 1 + interval 17 hour end as due_at,
           coalesce(ended_at::date, date '{AS_OF}') as last_day
    from numbered
),
counted as (
    select *, (select count(*) from dim_calendar where is_working_day and calendar_date > began_at::date
               and calendar_date <= last_day) as elapsed_working_days
    from phased
)
select dossier_code, step_number, procedure_code, unit_code, unit_level, receiving_unit_code, office as department,
       status, phase, began_at, ended_at, due_at, finished_date, last_day - began_at::date as elapsed_days,
       elapsed_working_days,
       case when phase = 'waiting' then elapsed_working_days else 0 end as waiting_working_days,
       epoch(ended_at - began_at) / 3600.0 as elapsed_hours, ended_at is null as is_current,
       phase = 'handling' and office is null as is_rework,
       case when due_at is not null then due_at::date < last_day and phase <> 'done' end as is_late,
       phase <> 'done' and coalesce(due_date between began_at::date and last_day - 1, false) as due_date_passed
from counted;
"""

# The unit, level and province that a row of a unit counts for.
SCOPED = """
create temp macro in_scopes(code, level) as [
    {'scope': 'unit', 'unit_code': code, 'unit_level': level},
    {'scope': 'level', 'unit_code': 'H19', 'unit_level': level},
    {'scope': 'province', 'unit_code': 'H19', 'unit_level': 'tinh'}
];
"""

TIMES = """
create table handling_times as
with cases as (
    select year(finished_date) as finished_year, unnest([procedure_code, null]) as procedure_code,
           unit_code, unit_level, working_days, outcome
    from fct_timeliness where working_days is not null
),
placed as (select * exclude (unit_code, unit_level), unnest(in_scopes(unit_code, unit_level)) as place from cases)
select finished_year, procedure_code, place.scope as scope, place.unit_code as unit_code,
       place.unit_level as unit_level, count(*) as dossiers, count(*) filter (where outcome = 'overdue') as overdue,
       quantile_disc(working_days, 0.5) as median_working_days, quantile_disc(working_days, 0.9) as p90_working_days,
       max(working_days) as most_working_days
from placed group by all;

create table procedure_bottlenecks as
with placed as (
    select *, unnest(in_scopes(unit_code, unit_level)) as place from fct_steps
    where finished_date is not null and phase <> 'done' and elapsed_working_days is not null
),
summed as (
    select year(finished_date) as finished_year, procedure_code, place.scope as scope, place.unit_code as unit_code,
           place.unit_level as unit_level, department, status, phase, count(*) as steps,
           count(*) filter (where is_rework) as rework_steps, count(*) filter (where is_late) as late_steps,
           sum(elapsed_working_days) as elapsed_working_days, sum(waiting_working_days) as waiting_working_days,
           quantile_disc(elapsed_working_days, 0.5) as median_working_days,
           quantile_disc(elapsed_working_days, 0.9) as p90_working_days
    from placed group by all
),
whole as (
    select finished_year, procedure_code, scope, unit_code, unit_level, sum(elapsed_working_days) as days
    from summed group by all
)
select s.*, t.dossiers as finished_dossiers, s.elapsed_working_days / t.dossiers as days_per_dossier,
       s.elapsed_working_days / nullif(w.days, 0) as share_of_working_days
from summed as s
join whole as w using (finished_year, procedure_code, scope, unit_code, unit_level)
left join handling_times as t using (finished_year, procedure_code, scope, unit_code, unit_level);

create table procedure_variants as
with gone as (
    select year(finished_date) as finished_year, procedure_code, unit_code, unit_level, dossier_code,
           string_agg(status, '-' order by step_number) as variant, count(*) as steps, sum(elapsed_working_days) as days
    from fct_steps where finished_date is not null group by all
),
placed as (select * exclude (unit_code, unit_level), unnest(in_scopes(unit_code, unit_level)) as place from gone),
counted as (
    select finished_year, procedure_code, place.scope as scope, place.unit_code as unit_code,
           place.unit_level as unit_level, variant, steps, count(*) as dossiers, avg(days) as mean_working_days
    from placed group by all
)
select finished_year, procedure_code, scope, unit_code, unit_level,
       row_number() over (subject order by dossiers desc, variant) as variant_rank, variant, steps, dossiers,
       dossiers / sum(dossiers) over subject as share_of_dossiers, mean_working_days,
       count(*) over subject as variant_count
from counted window subject as (partition by finished_year, procedure_code, scope, unit_code, unit_level);

create table department_lateness as
with placed as (select *, unnest(in_scopes(unit_code, unit_level)) as place from fct_steps where phase <> 'done')
select year(began_at) as began_year, place.scope as scope, place.unit_code as unit_code, place.unit_level as unit_level,
       department, count(*) as steps, count(due_at) as steps_with_due, count(*) filter (where is_late) as late_steps,
       sum(elapsed_working_days) as elapsed_working_days, sum(waiting_working_days) as waiting_working_days,
       count(*) filter (where due_date_passed) as dossiers_late_here,
       count(*) filter (where due_date_passed and finished_date is null) as still_open
from placed group by all;
"""

BY_FIELD = """
create table handling_status_by_field as
with cases as (
    select period_code, start_date, cut_date, t.dossier_code, unit_code, unit_level, field_code, field_name,
           received_date, finished_date, outcome, coalesce(channel_code = 2, false) as is_online
    from dim_period
    join fct_timeliness as t on t.received_date <= cut_date and (finished_date is null or finished_date >= start_date)
    join dim_procedure using (procedure_code)
    join (select dossier_code, channel_code from fct_online_share) using (dossier_code)
),
judged as (
    select c.*, finished_date is null or finished_date > c.cut_date as is_open,
           coalesce(o.is_overdue, false) as is_overdue
    from cases as c left join fct_open_late as o using (period_code, dossier_code)
),
placed as (
    select * exclude (unit_code, unit_level), unnest(in_scopes(unit_code, unit_level)) as place from judged
)
select period_code, place.scope as scope, place.unit_code as unit_code, place.unit_level as unit_level, field_code,
       field_name,
       count(*) as received_total, count(*) filter (where received_date >= start_date and is_online) as received_online,
       count(*) filter (where received_date >= start_date and not is_online) as received_direct,
       count(*) filter (where received_date < start_date) as carried_over,
       count(*) filter (where not is_open) as resolved_total,
       count(*) filter (where not is_open and outcome = 'early') as resolved_early,
       count(*) filter (where not is_open and outcome = 'on_time') as resolved_on_time,
       count(*) filter (where not is_open and outcome = 'overdue') as resolved_overdue,
       count(*) filter (where is_open) as open_total,
       count(*) filter (where is_open and not is_overdue) as open_in_time,
       count(*) filter (where is_open and is_overdue) as open_overdue
from placed group by all;
"""

CHANGES = """
create table indicator_changes as
select v.indicator_code, v.rule, v.period_code, v.scope, v.unit_code, v.unit_level,
       w.period_code as previous_period_code, w.value as previous_value, v.value, v.value - w.value as change,
       w.denominator as previous_denominator, v.denominator, v.is_closed
from indicator_values as v
join indicator_values as w using (indicator_code, rule, scope, unit_code, unit_level)
where v.period_code = '2024-03' and w.period_code = '2023-03' and v.value is not null and w.value is not null;

create table code_lists as
select 'fct_timeliness' as table_name, 'status_code' as column_name, code::varchar as code, code as code_order,
       format('Trạng thái {}', code) as name_vi, format('Status {}', code) as name_en
from range(1, 11) as codes (code);
"""
