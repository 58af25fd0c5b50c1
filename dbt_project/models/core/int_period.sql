-- The cut is where counting stops: the end of the period, or the as-of day while it still runs.
select
    p.period_code,
    p.period_type,
    p.start_date,
    p.end_date,
    p.report_due_date,
    least(p.end_date, r.as_of) as cut_date,
    p.end_date <= r.as_of as is_closed,
    p.own_unit
from {{ source("registers", "period") }} p
cross join {{ source("registers", "run") }} r
