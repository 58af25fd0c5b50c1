select
    dossier_code as case_code,
    unit_code,
    unit_level,
    received_date as event_date,
    cast(null as date) as superseded_on,
    case when is_from_store then received_date end as counts_from,
    case when is_from_store then 'from_store' else 'not_from_store' end as reason
from {{ ref("fct_digitisation") }}
