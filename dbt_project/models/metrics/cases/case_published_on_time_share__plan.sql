-- In time: on the fifth working day after the decision at the latest.
with
    deadline as (
        select announced.calendar_date as announced_date, last.calendar_date as last_date
        from {{ ref("dim_calendar") }} announced
        join
            {{ ref("dim_calendar") }} last
            on last.is_working_day
            and last.working_day_number = announced.working_day_number + 5
    )
select
    d.period_code,
    p.procedure_code as case_code,
    r.province_code as unit_code,
    '{{ root_level() }}' as unit_level,
    case when l.last_date is not null then coalesce(p.public_date <= l.last_date, false) end as counts,
    case
        when l.last_date is null
        then 'unknown'
        when p.public_date <= l.last_date
        then 'public_in_time'
        when p.public_date is null
        then 'not_public'
        else 'public_late'
    end as reason
from {{ ref("dim_procedure") }} p
join {{ ref("dim_score_period") }} d on p.announced_date between d.start_date and d.cut_date
cross join {{ ref("dim_run") }} r
left join deadline l using (announced_date)
where not coalesce(p.is_internal, false)
