-- Resolved in the period, or open at its cut and in doubt. What is open and plainly in time is counted by its number
-- only (see ind_on_time_rate__766), not listed here: it would be every open dossier of every period.
select
    p.period_code,
    t.dossier_code as case_code,
    t.unit_code,
    t.unit_level,
    case t.outcome_766 when 'in_time' then true when 'overdue' then false end as counts,
    t.reason_766 as reason
from {{ ref("fct_timeliness") }} t
join {{ ref("dim_period") }} p on t.finished_date between p.start_date and p.cut_date
union all
select
    period_code,
    dossier_code as case_code,
    unit_code,
    unit_level,
    case outcome_766 when 'in_time' then true when 'overdue' then false end as counts,
    'open_' || reason_766 as reason
from {{ ref("fct_open_late") }}
where period_code in (select period_code from {{ ref("dim_period") }})
