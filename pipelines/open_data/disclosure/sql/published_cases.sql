-- The cases that the published cells were counted from.
select *
from case_in
anti join frozen using (part, period_code)
union all
select *
from case_before
semi join frozen using (part, period_code)
order by part, period_code, unit_code, whole, key
