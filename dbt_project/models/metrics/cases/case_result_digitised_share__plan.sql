select
    dossier_code as case_code,
    unit_code,
    unit_level,
    finished_date as event_date,
    cast(null as date) as superseded_on,
    case when has_own_result_file then finished_date end as counts_from,
    case
        when has_own_result_file
        then 'own_result'
        when has_result_file
        then 'input_sent_as_result'
        else 'no_result_file'
    end as reason
from {{ ref("fct_digitisation") }}
where status_code in (9, 10) and requires_result and finished_date is not null
