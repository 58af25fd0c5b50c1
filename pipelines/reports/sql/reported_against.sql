-- Units whose reported numerator is below the denominator.
select null as case_code, unit_code, null as event_date, 'reported' as reason, numerator, denominator
from marts.indicator_values
where
    period_code = $period_code
    and indicator_code = $indicator_code
    and rule = $rule
    and scope = 'unit'
    and numerator < denominator
    and {{ in_scope }}
order by numerator / denominator, unit_code
