select
    dossier_code as case_code,
    unit_code,
    unit_level,
    received_date as event_date,
    cast(null as date) as superseded_on,
    case when is_found then received_date end as counts_from,
    case when is_synced then 'synced' when is_found then 'other_received_date' else 'not_found' end as reason
from {{ ref("fct_national_sync") }}
