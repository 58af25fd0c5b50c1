-- The national portal's copy of each open dossier beside our own record: the first difference that matters to it.
-- Overdue there and not here: its due day has passed, and it has none of the statuses that stop the clock.
select
    o.dossier_code,
    c.status_code as portal_status_code,
    c.due_date as portal_due_date,
    c.finished_date as portal_finished_date,
    case
        when not o.has_portal
        then null
        when c.dossier_code is null
        then 'not_there'
        when c.finished_date is not null or c.status_code in (9, 10)
        then 'finished_there'
        when not o.is_overdue and c.due_date < o.cut_date and c.status_code not in (5, 6, 8)
        then 'overdue_there'
        when c.status_code <> o.status_at_cut
        then 'other_status'
        when c.due_date is distinct from o.due_date
        then 'other_due'
        else 'agrees'
    end as portal
from {{ ref("int_open_dossier") }} o
left join {{ ref("stg_national_copy") }} c using (dossier_code)
