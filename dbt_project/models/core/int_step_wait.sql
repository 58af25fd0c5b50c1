-- Working days within a step in which an answer to a request for a supplement was awaited: some systems show requests
-- without a step that says so. Of dossiers with requests only.
select
    s.dossier_code,
    s.step_number,
    min(w.requested_at) as first_requested_at,
    sum(
        greatest(
            least(ended.working_day_number, coalesce(back.working_day_number, ended.working_day_number))
            - greatest(begun.working_day_number, asked.working_day_number),
            0
        )
    ) as waited_working_days
from {{ ref("int_step") }} s
join {{ ref("stg_supplement") }} w using (dossier_code)
join {{ ref("dim_calendar") }} begun on s.taken_date = begun.calendar_date
join {{ ref("dim_calendar") }} ended on s.until_date = ended.calendar_date
join {{ ref("dim_calendar") }} asked on w.requested_date = asked.calendar_date
left join {{ ref("dim_calendar") }} back on w.returned_date = back.calendar_date
group by s.dossier_code, s.step_number
