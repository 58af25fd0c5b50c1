select
    dossier_code as case_code,
    unit_code,
    unit_level,
    received_date as event_date,
    cast(null as date) as superseded_on,
    case when is_digitised then received_date end as counts_from,
    case
        when is_digitised then 'digitised' when component_count = 0 then 'no_component' else 'not_digitised'
    end as reason
from {{ ref("fct_digitisation") }}
