-- Indicators that no source can provide: one row per unit and period without figures; the register says what is
-- missing.
select
    i.indicator_code,
    i.rule,
    u.period_code,
    u.unit_code,
    u.unit_level,
    cast(null as bigint) as numerator,
    cast(null as bigint) as denominator,
    cast(null as bigint) as unknown_count
from {{ ref("int_unit_period") }} u
cross join
    (select distinct indicator_code, rule from {{ source("registers", "indicator") }} where computed = 'missing') i
