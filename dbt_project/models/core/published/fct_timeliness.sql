{{ config(meta={"carried": "dossier_code"}) }}
select
    d.dossier_code,
    d.procedure_code,
    d.unit_code,
    d.unit_level,
    d.receiving_unit_code,
    d.status_code,
    d.received_date,
    d.due_date,
    coalesce(s.first_due_date, d.due_date) as original_due_date,
    d.finished_date,
    d.is_withdrawn,
    o.outcome,
    o.outcome_reason,
    o766.outcome_766,
    o766.reason_766,
    {{ days_between("d.received_date", "d.finished_date") }} as calendar_days,
    ended.working_day_number - begun.working_day_number as working_days,
    case
        when o.outcome = 'overdue'
        then {{ days_between("d.due_date", "d.finished_date") }}
        when o.outcome is not null
        then 0
    end as days_late,
    coalesce(s.supplement_count, 0) as supplement_count,
    cast(coalesce(s.waited_days, 0) as bigint) as waited_days,
    cast(case when s.dossier_code is null then 0 else s.waited_working_days end as bigint) as waited_working_days,
    n.notified_date,
    a.apologised_date,
    d.handling_unit_unknown,
    coalesce(r.newness > d.newness, false) as newer_state_rejected
from {{ ref("int_dossier") }} d
join {{ ref("int_dossier_outcome") }} o using (dossier_code)
left join {{ ref("int_outcome_766") }} o766 using (dossier_code)
left join {{ ref("int_supplement") }} s using (dossier_code)
left join {{ ref("int_first_notice") }} n using (dossier_code)
left join {{ ref("int_first_letter") }} a using (dossier_code)
left join {{ ref("int_newest_rejected") }} r using (dossier_code)
left join {{ ref("dim_calendar") }} begun on d.received_date = begun.calendar_date
left join {{ ref("dim_calendar") }} ended on d.finished_date = ended.calendar_date
