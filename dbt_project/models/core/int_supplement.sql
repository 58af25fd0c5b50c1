-- Up to the end of a dossier: how often something was asked for, and how long its answers took, null where none came.
-- Working days are not known where the calendar lacks one of the days.
with
    request as (
        select
            s.dossier_code,
            s.requested_at,
            s.due_date_before,
            d.finished_date is null or s.requested_date <= d.finished_date as is_by_end,
            s.returned_date is not null
            and (d.finished_date is null or s.returned_date <= d.finished_date) as is_answered,
            {{ days_between("s.requested_date", "s.returned_date") }} as days,
            back.working_day_number - asked.working_day_number as working_days
        from {{ ref("stg_supplement") }} s
        join {{ ref("int_dossier") }} d using (dossier_code)
        left join {{ ref("dim_calendar") }} asked on s.requested_date = asked.calendar_date
        left join {{ ref("dim_calendar") }} back on s.returned_date = back.calendar_date
    )
select
    dossier_code,
    count(*) as supplement_count,
    {{ at_smallest("due_date_before", "requested_at") }} as first_due_date,
    count(*) filter (where is_by_end) as requests_by_end,
    sum(days) filter (where is_by_end and is_answered) as waited_days,
    case
        when count(*) filter (where is_by_end and is_answered and working_days is null) = 0
        then coalesce(sum(working_days) filter (where is_by_end and is_answered), 0)
    end as waited_working_days
from request
group by dossier_code
