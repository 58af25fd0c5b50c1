{{ config(meta={"carried": "dossier_code"}) }}
select
    a.dossier_code,
    d.unit_code,
    d.unit_level,
    d.receiving_unit_code,
    a.apologised_at,
    cast(a.apologised_at as date) as apologised_date,
    a.promised_date
from {{ ref("stg_apology") }} a
join {{ ref("int_dossier") }} d using (dossier_code)
