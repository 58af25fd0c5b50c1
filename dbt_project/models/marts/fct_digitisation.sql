select
    d.dossier_code,
    d.procedure_code,
    d.unit_code,
    d.unit_level,
    d.received_date,
    coalesce(c.component_count, 0) as component_count,
    coalesce(c.digitised_component_count, 0) as digitised_component_count,
    coalesce(c.digitised_component_count, 0) > 0 as is_digitised
from {{ ref("int_dossier") }} d
left join {{ ref("int_component_count") }} c using (dossier_code)
