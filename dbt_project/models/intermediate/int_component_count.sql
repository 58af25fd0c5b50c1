select dossier_code, count(*) as component_count, count(*) filter (where is_digitised) as digitised_component_count
from {{ ref("stg_component") }}
group by dossier_code
