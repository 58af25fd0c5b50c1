-- Cases of the period that are not in the numerator.
select case_code, unit_code, null as event_date, reason
from cases.{{ view }}
where period_code = $period_code and not counts and {{ in_scope }}
order by case_code
