-- A notification that came after the cut had not been sent then; so a closed period does not move.
select
    dossier_code as case_code,
    unit_code,
    unit_level,
    finished_date as event_date,
    cast(null as date) as superseded_on,
    notified_date as counts_from,
    case when notified_date is null then 'not_notified' else 'notified' end as reason
from {{ ref("fct_timeliness") }}
where finished_date is not null
