{{ config(meta={"carried": "dossier_code"}) }}
select
    f.dossier_code,
    f.fee_code,
    d.unit_code,
    d.unit_level,
    d.receiving_unit_code,
    f.amount_vnd,
    f.is_paid,
    f.paid_date,
    f.payment_method,
    coalesce(f.payment_method = 'truc-tuyen', false) as is_online
from {{ ref("stg_fee") }} f
join {{ ref("int_dossier") }} d using (dossier_code)
