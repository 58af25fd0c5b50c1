select
    feedback_code as case_code,
    unit_code,
    unit_level,
    deadline_date as event_date,
    cast(null as date) as superseded_on,
    case when is_on_time then deadline_date end as counts_from,
    case
        when is_on_time then 'answered_in_time' when answered_date is null then 'not_answered' else 'answered_late'
    end as reason
from {{ ref("fct_feedback") }}
where deadline_date is not null
