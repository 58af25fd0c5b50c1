select
    dossier_code as case_code,
    unit_code,
    unit_level,
    finished_date as event_date,
    cast(null as date) as superseded_on,
    case when outcome <> 'overdue' then finished_date end as counts_from,
    outcome_reason as reason
from {{ ref("fct_timeliness") }}
where finished_date is not null
