select
    dossier_code,
    count(*) as component_count,
    count(*) filter (where is_digitised) as digitised_component_count,
    count(*) filter (where is_reused) > 0 as is_component_reused,
    count(*) filter (where is_reused or is_from_store) > 0 as is_reused,
    count(*) filter (where is_from_store) > 0 as is_from_store,
    count(file_path) > 0 as has_component_file
from {{ ref("stg_component") }}
where not is_deleted
group by dossier_code
