with
    supplements as (
        select dossier_code, count(*) as supplement_count, arg_min(due_date_before, requested_date) as first_due_date
        from {{ ref("stg_supplement") }}
        group by dossier_code
    )
select
    d.dossier_code,
    d.procedure_code,
    d.unit_code,
    d.unit_level,
    d.status_code,
    d.received_date,
    d.due_date,
    coalesce(s.first_due_date, d.due_date) as original_due_date,
    d.finished_date,
    d.is_withdrawn,
    o.outcome,
    {{ days_between("d.received_date", "d.finished_date") }} as calendar_days,
    ended.working_day_number - begun.working_day_number as working_days,
    case when o.outcome = 'overdue' then {{ days_between("d.due_date", "d.finished_date") }} end as days_late,
    coalesce(s.supplement_count, 0) as supplement_count,
    coalesce(r.newness > d.newness, false) as newer_state_rejected
from {{ ref("int_dossier") }} d
join {{ ref("int_dossier_outcome") }} o using (dossier_code)
left join supplements s using (dossier_code)
left join {{ ref("int_newest_rejected") }} r using (dossier_code)
left join {{ ref("dim_calendar") }} begun on d.received_date = begun.calendar_date
left join {{ ref("dim_calendar") }} ended on d.finished_date = ended.calendar_date
