with
    reported as (
        select
            r.plan_year,
            r.task_code,
            max(r.reported_date) as newest_report_date,
            min(r.reported_date) filter (where r.standing = 'XONG') as done_date
        from {{ ref("fct_task_reports") }} r
        join {{ ref("dim_run") }} run on r.reported_date <= run.as_of
        group by r.plan_year, r.task_code
    )
select
    t.*,
    r.newest_report_date,
    case
        n.standing when 'CHUA' then 'not_started' when 'DANG' then 'doing' when 'XONG' then 'done' else 'no_report'
    end as standing,
    case
        n.standing
        when 'CHUA'
        then 'chưa bắt đầu'
        when 'DANG'
        then 'đang làm'
        when 'XONG'
        then 'đã xong'
        else 'chưa có báo cáo'
    end as standing_vi,
    n.share_done,
    r.done_date,
    coalesce(t.deadline_date <= run.as_of, false) as is_due,
    coalesce(t.deadline_date < run.as_of and coalesce(r.done_date > t.deadline_date, true), false) as is_overdue,
    case
        when t.deadline_date <= run.as_of
        then coalesce(r.done_date <= t.deadline_date, false)
        when t.deadline_kind = 'standing'
        then coalesce(n.standing in ('DANG', 'XONG'), false)
    end as is_on_schedule
from {{ source("registers", "task") }} t
left join reported r using (plan_year, task_code)
left join
    {{ ref("fct_task_reports") }} n
    on t.plan_year = n.plan_year
    and t.task_code = n.task_code
    and r.newest_report_date = n.reported_date
cross join {{ ref("dim_run") }} run
