-- Open dossiers in doubt at the cut, counted under both rules.
select
    period_code,
    unit_code,
    count(*) filter (where is_overdue) as open_overdue,
    count(*) filter (where outcome_766 = 'overdue') as open_overdue_766,
    count(*) filter (where outcome_766 = 'unknown') as open_unknown_766
from {{ ref("fct_open_late") }}
group by period_code, unit_code
