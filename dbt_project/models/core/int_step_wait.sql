-- Working days within a step in which an answer to a request for a supplement was awaited: some systems show requests
-- without a step that says so. Of dossiers with requests only. An answer on a day that the calendar lacks is as if it
-- had not come.
with
    numbered as (
        select
            s.dossier_code,
            s.step_number,
            w.requested_at,
            greatest(begun.working_day_number, asked.working_day_number) as from_number,
            least(ended.working_day_number, coalesce(back.working_day_number, ended.working_day_number)) as to_number,
            begun.working_day_number + ended.working_day_number + asked.working_day_number is not null as is_known
        from {{ ref("int_step") }} s
        join {{ ref("stg_supplement") }} w using (dossier_code)
        left join {{ ref("dim_calendar") }} begun on s.taken_date = begun.calendar_date
        left join {{ ref("dim_calendar") }} ended on s.until_date = ended.calendar_date
        left join {{ ref("dim_calendar") }} asked on w.requested_date = asked.calendar_date
        left join {{ ref("dim_calendar") }} back on w.returned_date = back.calendar_date
    )
select
    dossier_code,
    step_number,
    min(requested_at) as first_requested_at,
    coalesce(sum(greatest(to_number - from_number, 0)) filter (where is_known), 0) as waited_working_days
from numbered
group by dossier_code, step_number
