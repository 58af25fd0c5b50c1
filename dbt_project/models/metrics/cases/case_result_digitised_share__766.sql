select
    dossier_code as case_code,
    unit_code,
    unit_level,
    received_date as event_date,
    cast(null as date) as superseded_on,
    case when has_result_file then received_date end as counts_from,
    case when has_result_file then 'result_file' else 'no_result_file' end as reason
from {{ ref("fct_digitisation") }}
where requires_result
