select
    d.dossier_code,
    d.procedure_code,
    u.unit_code,
    u.unit_level,
    d.receiving_unit_code,
    d.handling_unit_unknown,
    d.status_code,
    d.channel_code,
    d.received_date,
    d.due_date,
    d.finished_at,
    d.finished_date,
    d.status_code = 7 and d.finished_date is not null as is_withdrawn,
    coalesce(d.channel_code, 1) = 2 as is_online,
    coalesce(d.is_paid_online, false) as is_paid_online,
    d.is_identity_verified,
    p.has_fee,
    p.returns_result,
    p.time_limit,
    p.time_limit_unit,
    d.newness
from {{ ref("stg_dossier") }} d
cross join {{ source("registers", "run") }} r
left join {{ ref("int_dossier_unit") }} a on d.dossier_code = a.dossier_code and r.as_of between a.cut_from and a.cut_to
join {{ ref("stg_unit") }} u on coalesce(a.unit_code, d.unit_code) = u.unit_code
join {{ ref("stg_procedure") }} p on d.procedure_code = p.procedure_code
where d.status_code not in (1, 3) and not d.is_deleted
