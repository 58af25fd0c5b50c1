-- The period whose cut is the as-of day, of several the shortest: all that is open then is listed for it.
select p.period_code, p.cut_date
from {{ ref("int_period") }} p
join {{ source("registers", "run") }} r on p.cut_date = r.as_of
order by p.start_date desc, p.period_code
limit 1
