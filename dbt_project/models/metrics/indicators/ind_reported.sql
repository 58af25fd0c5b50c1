-- Indicators that are what the units report themselves.
select
    f.indicator_code, i.rule, f.period_code, f.unit_code, u.unit_level, f.numerator, f.denominator, 0 as unknown_count
from {{ ref("stg_figure") }} f
join {{ ref("stg_unit") }} u using (unit_code)
join
    (
        select distinct indicator_code, rule from {{ source("registers", "indicator") }} where computed = 'reported'
    ) i using (indicator_code)
