{{ config(meta={"carried": "dossier_code"}) }}
select
    d.dossier_code,
    d.procedure_code,
    d.unit_code,
    d.unit_level,
    d.receiving_unit_code,
    d.received_date,
    d.finished_date,
    d.channel_code,
    d.is_online,
    d.is_identity_verified,
    d.returns_result as requires_result,
    coalesce(r.has_electronic_result, false) as has_electronic_result,
    case
        when d.returns_result is null
        then 'unknown'
        when not d.is_online
        then 'not_online'
        when d.returns_result and not coalesce(r.has_electronic_result, false)
        then 'no_electronic_result'
        else 'online'
    end as reason_766
from {{ ref("int_dossier") }} d
left join {{ ref("int_result") }} r using (dossier_code)
