-- Which feedback repeats an earlier one no source says: one that names a dossier which an earlier one named counts
-- as such.
select
    feedback_code as case_code,
    unit_code,
    unit_level,
    due_date_766 as event_date,
    cast(null as date) as superseded_on,
    case when is_in_time_766 and not is_repeated and coalesce(is_satisfied, true) then due_date_766 end as counts_from,
    case
        when not is_in_time_766
        then reason_766
        when is_repeated
        then 'repeated'
        when not is_satisfied
        then 'not_satisfied'
        else 'no_complaint'
    end as reason
from {{ ref("fct_feedback") }}
where due_date_766 is not null
