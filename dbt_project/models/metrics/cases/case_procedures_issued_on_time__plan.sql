-- In time: on the fifth working day before the procedure takes effect at the latest. A free day stands in the calendar
-- under the working day before it, which is then the first of the five.
with
    deadline as (
        select effective.calendar_date as effective_from, last.calendar_date as last_date
        from {{ ref("dim_calendar") }} effective
        join
            {{ ref("dim_calendar") }} last
            on last.is_working_day
            and last.working_day_number
            = effective.working_day_number - case when effective.is_working_day then 5 else 4 end
    ),
    judged as (
        select
            d.period_code,
            p.procedure_code as case_code,
            r.province_code as unit_code,
            case
                when p.department_code is null
                then null
                when p.effective_from <= p.announced_date
                then false
                else p.announced_date <= l.last_date
            end as counts
        from {{ ref("dim_procedure") }} p
        join {{ ref("dim_period") }} d on p.announced_date between d.start_date and d.cut_date
        cross join {{ ref("dim_run") }} r
        left join deadline l using (effective_from)
        where
            d.own_unit is not null
            and not coalesce(p.is_internal, false)
            and coalesce(p.department_code = d.own_unit, true)
    )
select
    period_code,
    case_code,
    unit_code,
    '{{ root_level() }}' as unit_level,
    counts,
    case when counts then 'issued_in_time' when not counts then 'issued_late' else 'unknown' end as reason
from judged
