{{ config(meta={"carried": "dossier_code"}) }}
select
    d.dossier_code,
    d.unit_code,
    d.unit_level,
    d.receiving_unit_code,
    d.received_date,
    c.dossier_code is not null as is_found,
    c.received_date as copy_received_date,
    coalesce(c.received_date = d.received_date, false) as is_synced,
    d.status_code,
    c.status_code as copy_status_code,
    d.finished_date,
    c.finished_date as copy_finished_date,
    c.due_date as copy_due_date,
    coalesce(
        c.status_code = d.status_code and c.finished_date is not distinct from d.finished_date, false
    ) as is_matching
from {{ ref("int_dossier") }} d
left join {{ ref("stg_national_copy") }} c using (dossier_code)
