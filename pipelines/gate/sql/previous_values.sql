-- Figures of the province and its levels in the published version, attached as `previous`.
insert into previous_value
select
    indicator_code,
    rule,
    period_code,
    scope,
    unit_code,
    unit_level,
    numerator,
    coalesce(denominator, 0),
    value,
    met,
    indicator_values.is_closed,
    end_date
from previous.marts.indicator_values
join previous.marts.dim_period using (period_code)
where scope in ('level', 'province') and coalesce(denominator, numerator) is not null
