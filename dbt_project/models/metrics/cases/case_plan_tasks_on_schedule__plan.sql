-- Tasks with a deadline by the cut, and standing ones, of the plan of the year that the period ends in.
with
    reported as (
        select
            t.plan_year,
            t.task_code,
            p.period_code,
            {{ at_largest("r.standing", "r.reported_date") }} as newest_standing,
            min(r.reported_date) filter (where r.standing = 'XONG') as done_date
        from {{ ref("plan_tasks") }} t
        join {{ ref("dim_period") }} p on t.plan_year = year(p.end_date)
        left join
            {{ ref("fct_task_reports") }} r
            on t.plan_year = r.plan_year
            and t.task_code = r.task_code
            and r.reported_date <= p.cut_date
        group by t.plan_year, t.task_code, p.period_code
    )
select
    d.period_code,
    t.task_code as case_code,
    r.province_code as unit_code,
    '{{ root_level() }}' as unit_level,
    case
        when t.deadline_kind = 'standing'
        then coalesce(reported.newest_standing in ('DANG', 'XONG'), false)
        else coalesce(reported.done_date <= t.deadline_date, false)
    end as counts,
    case
        when t.deadline_kind = 'standing' and reported.newest_standing in ('DANG', 'XONG')
        then 'standing_started'
        when t.deadline_kind = 'standing'
        then 'standing_not_started'
        when reported.done_date <= t.deadline_date
        then 'done_in_time'
        else 'not_done_in_time'
    end as reason
from reported
join {{ ref("plan_tasks") }} t using (plan_year, task_code)
join {{ ref("dim_period") }} d using (period_code)
cross join {{ ref("dim_run") }} r
where t.deadline_kind = 'standing' or t.deadline_date <= d.cut_date
