-- Decision 766 on feedback: each step has its working days (registers/vietnam/feedback_steps.csv). What is refused is
-- due by the day for refusing, all else by that for answering.
{% set steps = ["refused", "asked", "answered", "published"] %}
with
    allowed as (
        select
            {% for step in steps %}
                max(working_days) filter (where step = '{{ step }}') as {{ step }}_days{{ "," if not loop.last }}
            {% endfor %}
        from {{ source("registers", "feedback_step") }}
    ),
    numbered as (
        select
            f.*,
            a.*,
            sent.working_day_number as sent_number,
            {% for step in steps %} {{ step }}.working_day_number as {{ step }}_number, {% endfor %}
            row_number() over (partition by f.dossier_code order by f.sent_at, f.feedback_code) as nth_of_dossier
        from {{ ref("stg_feedback") }} f
        cross join allowed a
        left join {{ ref("dim_calendar") }} sent on f.sent_date = sent.calendar_date
        {% for step in steps %}
            left join {{ ref("dim_calendar") }} {{ step }} on f.{{ step }}_date = {{ step }}.calendar_date
        {% endfor %}
    )
select
    n.feedback_code,
    due.calendar_date as due_date_766,
    n.dossier_code is not null and n.nth_of_dossier > 1 as is_repeated,
    case
        when n.refused_date is not null
        then case when n.refused_number - n.sent_number <= n.refused_days then 'refused_in_time' else 'refused_late' end
        when n.asked_number - n.sent_number > n.asked_days
        then 'asked_late'
        when n.answered_date is null
        then 'not_answered'
        when n.answered_number - n.sent_number > n.answered_days
        then 'answered_late'
        when n.published_number - n.answered_number > n.published_days
        then 'published_late'
        else 'answered_in_time'
    end as reason_766
from numbered n
left join
    {{ ref("dim_calendar") }} due
    on due.is_working_day
    and due.working_day_number
    = n.sent_number + case when n.refused_date is null then n.answered_days else n.refused_days end
