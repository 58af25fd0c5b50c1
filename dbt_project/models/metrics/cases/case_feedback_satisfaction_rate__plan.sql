select
    feedback_code as case_code,
    unit_code,
    unit_level,
    answered_date as event_date,
    cast(null as date) as superseded_on,
    case when is_satisfied then answered_date end as counts_from,
    rating as reason
from {{ ref("fct_feedback") }}
where answered_date is not null and rating is not null
