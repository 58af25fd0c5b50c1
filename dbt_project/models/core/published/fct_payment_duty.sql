{{ config(meta={"carried": "dossier_code"}) }}
with exempt as (select dossier_code from {{ ref("stg_fee") }} group by dossier_code having max(amount_vnd) = 0)
select
    d.dossier_code,
    d.procedure_code,
    d.unit_code,
    d.unit_level,
    d.receiving_unit_code,
    d.received_date,
    e.dossier_code is not null as is_exempt,
    d.is_paid_online
from {{ ref("int_dossier") }} d
left join exempt e using (dossier_code)
where d.has_fee
