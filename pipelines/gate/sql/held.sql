-- Everything that is held, approved or not: the fields of `results.Held` in their order.
select
    hold,
    source,
    cast(business_day as varchar),
    indicator_code,
    rule,
    period_code,
    scope,
    unit_level,
    measure,
    stratum,
    unit_code,
    register,
    entry,
    usual,
    came,
    value_hash,
    files,
    override_code
from held
order by all
