{{ config(meta={"carried": "dossier_code"}) }}
select
    d.dossier_code,
    d.procedure_code,
    d.unit_code,
    d.unit_level,
    d.receiving_unit_code,
    d.received_date,
    d.finished_date,
    d.status_code,
    d.returns_result as requires_result,
    coalesce(c.component_count, 0) as component_count,
    coalesce(c.digitised_component_count, 0) as digitised_component_count,
    coalesce(c.digitised_component_count, 0) > 0 as is_digitised,
    coalesce(c.is_reused, false) as is_reused,
    coalesce(c.is_component_reused, false) as is_component_reused,
    coalesce(c.is_from_store, false) as is_from_store,
    coalesce(c.has_component_file, false) as has_component_file,
    coalesce(r.has_result_file, false) as has_result_file,
    coalesce(r.has_own_result_file, false) as has_own_result_file,
    coalesce(c.has_component_file and r.has_result_file, false) as is_wholly_digitised
from {{ ref("int_dossier") }} d
left join {{ ref("int_component") }} c using (dossier_code)
left join {{ ref("int_result") }} r using (dossier_code)
