{{ config(meta={"carried": "dossier_code"}) }}
select
    n.dossier_code,
    d.unit_code,
    d.unit_level,
    d.receiving_unit_code,
    n.sent_at,
    cast(n.sent_at as date) as sent_date,
    n.channel,
    n.is_delivered
from {{ ref("stg_notification") }} n
join {{ ref("int_dossier") }} d using (dossier_code)
