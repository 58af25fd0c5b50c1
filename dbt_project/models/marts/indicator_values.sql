with
    valued as (
        select *, cast(numerator as double) / nullif(denominator, 0) as value from {{ ref("int_indicator_scope") }}
    )
select
    v.indicator_code,
    v.rule,
    v.period_code,
    v.scope,
    v.unit_code,
    v.unit_level,
    v.numerator,
    v.denominator,
    v.value,
    t.target,
    v.value >= t.target as met,
    p.is_closed,
    v.missing_source
from valued v
join {{ ref("dim_period") }} p using (period_code)
left join
    {{ source("registers", "target") }} t
    on v.indicator_code = t.indicator_code
    and v.rule = t.rule
    and t.unit_level in ('*', v.unit_level)
    and p.end_date between t.valid_from and coalesce(t.valid_to, date '9999-12-31')
