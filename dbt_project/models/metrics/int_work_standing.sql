-- How each open dossier stands: against its due day, with the risk that it will be late where it is not yet.
select
    o.*,
    p.{{ all_but(["dossier_code"]) }},
    r.risk,
    r.risk_cases,
    r.risk_basis,
    coalesce(r.risk >= l.high_risk, false) as is_high_risk,
    case
        when o.is_overdue
        then 'overdue'
        when o.is_waiting and o.paused_working_days > l.waiting_days
        then 'waiting_long'
        when o.is_paused
        then 'paused'
        when o.due_date is null
        then 'no_due_date'
        when o.due_date = o.cut_date
        then 'due_today'
        when o.working_days_left <= l.soon_days
        then 'due_soon'
        else 'in_time'
    end as category
from {{ ref("int_open_dossier") }} o
cross join {{ source("registers", "work_limit") }} l
join {{ ref("int_portal_standing") }} p using (dossier_code)
-- The left side's own condition is in a `case`: in `on` it would make DuckDB compare all pairs
-- (tests/oracle/test_joins).
left join
    {{ ref("int_late_risk") }} r
    on case when o.due_date is not null and not o.is_overdue and not o.is_paused then o.procedure_code end
    = r.procedure_code
    and o.unit_code = r.unit_code
    and o.working_days_left is not distinct from r.working_days_left
