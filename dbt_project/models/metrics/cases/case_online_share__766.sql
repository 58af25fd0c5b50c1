select
    dossier_code as case_code,
    unit_code,
    unit_level,
    received_date as event_date,
    cast(null as date) as superseded_on,
    case when reason_766 = 'online' then received_date end as counts_from,
    reason_766 as reason
from {{ ref("fct_online_share") }}
where reason_766 <> 'unknown'
