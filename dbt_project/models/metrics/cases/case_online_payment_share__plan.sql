select
    dossier_code || ' ' || fee_code as case_code,
    unit_code,
    unit_level,
    paid_date as event_date,
    cast(null as date) as superseded_on,
    case when is_online then paid_date end as counts_from,
    coalesce(payment_method, 'method_unknown') as reason
from {{ ref("fct_payments") }}
where is_paid and amount_vnd > 0 and paid_date is not null
