{{ config(meta={"carried": "dossier_code"}) }}
with
    measured as (
        select
            s.*,
            w.first_requested_at,
            w.waited_working_days,
            {{ days_between("s.taken_date", "s.until_date") }} as elapsed_days,
            ended.working_day_number - begun.working_day_number as elapsed_working_days
        from {{ ref("int_step") }} s
        left join {{ ref("int_step_wait") }} w using (dossier_code, step_number)
        left join {{ ref("dim_calendar") }} begun on s.taken_date = begun.calendar_date
        left join {{ ref("dim_calendar") }} ended on s.until_date = ended.calendar_date
    )
select
    m.dossier_code,
    m.step_number,
    d.procedure_code,
    d.unit_code,
    d.unit_level,
    d.receiving_unit_code,
    m.office as department,
    m.status,
    m.phase,
    m.taken_at as began_at,
    m.ended_at,
    m.due_at,
    d.finished_date,
    cast(m.elapsed_days as bigint) as elapsed_days,
    m.elapsed_working_days,
    cast(
        case
            when m.phase = 'waiting' or m.elapsed_working_days is null
            then m.elapsed_working_days
            else least(coalesce(m.waited_working_days, 0), m.elapsed_working_days)
        end as bigint
    ) as waiting_working_days,
    {{ hours_between("m.taken_at", "m.ended_at") }} as elapsed_hours,
    m.ended_at is null as is_current,
    m.phase = 'handling' and (m.after_request or coalesce(m.taken_at > m.first_requested_at, false)) as is_rework,
    case when m.due_at is not null then cast(m.due_at as date) < m.until_date and m.phase <> 'done' end as is_late,
    m.phase <> 'done' and coalesce(d.due_date >= m.taken_date and d.due_date < m.until_date, false) as due_date_passed
from measured m
join {{ ref("int_dossier") }} d using (dossier_code)
