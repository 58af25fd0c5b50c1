-- Where the item names no deadline: the last working day for an answer (registers/vietnam/feedback_steps.csv).
with
    due as (
        select
            f.*,
            f.told_deadline_date is not null as has_own_deadline,
            coalesce(f.told_deadline_date, c.calendar_date) as deadline_date
        from {{ ref("stg_feedback") }} f
        left join {{ ref("dim_calendar") }} sent on f.sent_date = sent.calendar_date
        join {{ source("registers", "feedback_step") }} step on step.step = 'answered'
        left join
            {{ ref("dim_calendar") }} c
            on c.is_working_day
            and c.working_day_number = sent.working_day_number + step.working_days
    )
select
    f.feedback_code,
    u.unit_code,
    u.unit_level,
    f.channel,
    f.dossier_code,
    f.sent_date,
    f.refused_date,
    f.asked_date,
    f.deadline_date,
    f.has_own_deadline,
    f.answered_date,
    f.published_date,
    coalesce(f.answered_date <= f.deadline_date, false) as is_on_time,
    f.rating,
    f.rating in ('RẤT HÀI LÒNG', 'HÀI LÒNG') as is_satisfied,
    s.is_repeated,
    s.due_date_766,
    s.reason_766,
    s.reason_766 in ('refused_in_time', 'answered_in_time') as is_in_time_766
from due f
join {{ ref("int_feedback_766") }} s using (feedback_code)
cross join {{ source("registers", "run") }} r
left join
    {{ ref("int_feedback_unit") }} a on f.feedback_code = a.feedback_code and r.as_of between a.cut_from and a.cut_to
join {{ ref("stg_unit") }} u on coalesce(a.unit_code, f.unit_code) = u.unit_code
