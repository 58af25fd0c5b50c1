-- Who has reported what and when, in the report periods of a period's year: units with figures (so_lieu), and lead
-- units
-- of the plan's tasks with progress reports (nhiem_vu).
with
    asked as (select * from marts.dim_period where period_code = $period_code),
    periods as (
        select p.*
        from marts.dim_period p
        join asked a on year(p.end_date) = year(a.end_date)
        where p.period_type = 'report' or p.period_code = a.period_code
    )
select
    'figures' as kind,
    f.unit_code,
    u.unit_name,
    p.period_code,
    p.end_date,
    p.report_due_date,
    count(*) as report_count,
    null as expected_count,
    min(f.first_reported_on) as first_reported_on,
    max(f.reported_on) as reported_on
from marts.fct_figure_reports f
join periods p using (period_code)
join marts.dim_unit u using (unit_code)
group by all
union all
select
    'tasks',
    null,
    t.lead_unit,
    p.period_code,
    p.end_date,
    p.report_due_date,
    count(distinct r.task_code),
    any_value(e.task_count),
    min(r.reported_date),
    max(r.reported_date)
from marts.fct_task_reports r
join marts.plan_tasks t using (plan_year, task_code)
join periods p on r.reported_date between p.start_date and p.end_date
join
    (select plan_year, lead_unit, count(*) as task_count from marts.plan_tasks group by all) e
    on t.plan_year = e.plan_year
    and t.lead_unit = e.lead_unit
group by t.lead_unit, p.period_code, p.end_date, p.report_due_date
order by kind, unit_code, unit_name, end_date
