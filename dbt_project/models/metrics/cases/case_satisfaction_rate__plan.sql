select
    dossier_code as case_code,
    unit_code,
    unit_level,
    rated_date as event_date,
    superseded_on,
    case when is_satisfied then rated_date end as counts_from,
    rating as reason
from {{ ref("fct_satisfaction") }}
