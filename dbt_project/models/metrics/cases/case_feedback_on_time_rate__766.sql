select
    feedback_code as case_code,
    unit_code,
    unit_level,
    due_date_766 as event_date,
    cast(null as date) as superseded_on,
    case when is_in_time_766 then due_date_766 end as counts_from,
    reason_766 as reason
from {{ ref("fct_feedback") }}
where due_date_766 is not null
