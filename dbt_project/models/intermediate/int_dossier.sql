select
    d.dossier_code,
    d.procedure_code,
    d.unit_code,
    u.unit_level,
    d.status_code,
    d.channel_code,
    d.received_date,
    d.due_date,
    d.finished_date,
    d.status_code = 7 and d.finished_date is not null as is_withdrawn,
    coalesce(d.channel_code, 1) = 2 as is_online,
    d.newness
from {{ ref("stg_dossier") }} d
join {{ ref("stg_unit") }} u using (unit_code)
where d.status_code not in (1, 3) and not d.is_deleted
