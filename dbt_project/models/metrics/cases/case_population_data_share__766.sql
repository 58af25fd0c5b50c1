select
    dossier_code as case_code,
    unit_code,
    unit_level,
    received_date as event_date,
    cast(null as date) as superseded_on,
    case when is_identity_verified then received_date end as counts_from,
    case when is_identity_verified then 'identity_verified' else 'identity_not_verified' end as reason
from {{ ref("fct_online_share") }}
