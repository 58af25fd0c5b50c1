-- Where the portal's figures are compared at all: dossiers that its copy lacks or shows otherwise, in days that a
-- figure follows from. One row per dossier and
-- unit that answers for it, with the cuts at which it does.
select
    t.dossier_code,
    t.unit_code,
    t.unit_level,
    t.cut_from,
    t.cut_to,
    s.is_found,
    t.received_date,
    t.due_date,
    t.finished_date,
    t.outcome_766,
    s.copy_received_date,
    s.copy_due_date,
    s.copy_finished_date
from {{ by_answering_unit(ref("fct_timeliness"), "c.dossier_code") }} t
join {{ ref("fct_national_sync") }} s using (dossier_code)
where
    (
        not s.is_found
        or s.copy_received_date is distinct from t.received_date
        or s.copy_finished_date is distinct from t.finished_date
        or s.copy_due_date is distinct from t.due_date
    )
    and (
        exists (select 1 from {{ ref("int_compared") }} where scope = 'province')
        or t.unit_code in (select unit_code from {{ ref("int_compared") }})
    )
