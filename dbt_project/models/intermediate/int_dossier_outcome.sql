-- Form II.06a: returned dossiers and those without a due date count as on time; days, not moments, are
-- compared.
select
    dossier_code,
    unit_code,
    finished_date,
    case
        when finished_date is null
        then null
        when is_withdrawn or due_date is null or finished_date = due_date
        then 'on_time'
        when finished_date < due_date
        then 'early'
        else 'overdue'
    end as outcome
from {{ ref("int_dossier") }}
