select
    dossier_code as case_code,
    unit_code,
    unit_level,
    received_date as event_date,
    cast(null as date) as superseded_on,
    case when is_paid_online then received_date end as counts_from,
    case when is_paid_online then 'paid_online' else 'not_paid_online' end as reason
from {{ ref("fct_payment_duty") }}
where not is_exempt
