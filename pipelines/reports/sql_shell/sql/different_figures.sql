-- A share is as big as its points, a count as its part of the greater one; what had no value, or has none, comes last.
select
    indicator_code,
    coalesce(i.name_{{ language }}, '') as indicator,
    rule,
    period_code,
    scope,
    unit_code,
    unit_level,
    coalesce(u.unit_name, '') as unit,
    b.value as value_before,
    a.value as value_after,
    a.value - b.value as difference,
    b.numerator as numerator_before,
    a.numerator as numerator_after,
    b.denominator as denominator_before,
    a.denominator as denominator_after,
    a.is_closed,
    coalesce(i.value_unit, 'ratio') as value_unit
from before.marts.indicator_values as b
join after.marts.indicator_values as a using (indicator_code, rule, period_code, scope, unit_code, unit_level)
left join after.marts.dim_indicator as i using (indicator_code, rule)
left join after.marts.dim_unit as u using (unit_code)
where
    b.value is distinct from a.value
    or b.numerator is distinct from a.numerator
    or b.denominator is distinct from a.denominator
order by
    a.value is null or b.value is null,
    abs(coalesce(a.value, 0) - coalesce(b.value, 0))
    / if(i.value_unit = 'count', greatest(a.value, b.value, 1), 1) desc,
    abs(coalesce(a.numerator, 0) - coalesce(b.numerator, 0)) desc,
    abs(coalesce(a.denominator, 0) - coalesce(b.denominator, 0)) desc,
    indicator_code,
    rule,
    period_code,
    scope,
    unit_level,
    unit_code
