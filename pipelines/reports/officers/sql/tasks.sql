-- Tasks of the plan's annex that holds in a period, as reported by its cut: late ones first, then in the annex's order.
with
    this as (select * from marts.dim_period where period_code = $period_code),
    reported as (
        select
            r.plan_year,
            r.task_code,
            max(r.reported_date) as newest_report_date,
            arg_max(r.standing, r.reported_date) as standing,
            arg_max(r.share_done, r.reported_date) as share_done,
            min(r.reported_date) filter (where r.standing = 'XONG') as done_date
        from marts.fct_task_reports r
        join this t on r.reported_date <= t.cut_date
        group by r.plan_year, r.task_code
    )
select
    k.task_code,
    k.task,
    k.product,
    k.lead_unit,
    k.supporting_unit,
    k.deadline_text,
    k.deadline_kind,
    k.deadline_date,
    r.newest_report_date,
    case
        r.standing when 'CHUA' then 'not_started' when 'DANG' then 'doing' when 'XONG' then 'done' else 'no_report'
    end as standing,
    r.share_done,
    r.done_date,
    coalesce(k.deadline_date < t.cut_date and coalesce(r.done_date > k.deadline_date, true), false) as is_overdue
from marts.plan_tasks k
join this t on k.plan_year = year(t.end_date)
left join reported r using (plan_year, task_code)
order by is_overdue desc, k.deadline_date nulls last, k.task_code
