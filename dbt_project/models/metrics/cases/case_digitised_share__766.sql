select
    dossier_code as case_code,
    unit_code,
    unit_level,
    received_date as event_date,
    cast(null as date) as superseded_on,
    case when is_wholly_digitised then received_date end as counts_from,
    case
        when is_wholly_digitised
        then 'both_files'
        when has_component_file
        then 'no_result_file'
        when has_result_file
        then 'no_component_file'
        else 'no_file'
    end as reason
from {{ ref("fct_digitisation") }}
