select
    dossier_code as case_code,
    unit_code,
    unit_level,
    received_date as event_date,
    cast(null as date) as superseded_on,
    case when is_matching then received_date end as counts_from,
    case
        when is_matching
        then 'matching'
        when status_code <> copy_status_code
        then 'other_status'
        else 'other_finish_date'
    end as reason
from {{ ref("fct_national_sync") }}
where is_found
