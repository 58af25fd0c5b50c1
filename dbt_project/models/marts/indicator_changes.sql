-- Figures beside those of the same period a year before. A period that still runs stands beside a whole one
-- (is_closed).
with
    paired as (
        select p.period_code, q.period_code as previous_period_code
        from {{ ref("dim_period") }} p
        join
            {{ ref("dim_period") }} q
            on p.period_type = q.period_type
            and q.start_date = {{ months_later("p.start_date", -12) }}
            and year(q.end_date) = year(p.end_date) - 1
            and month(q.end_date) = month(p.end_date)
    )
select
    v.indicator_code,
    v.rule,
    v.period_code,
    v.scope,
    v.unit_code,
    v.unit_level,
    b.previous_period_code,
    w.value as previous_value,
    v.value,
    v.value - w.value as change,
    w.denominator as previous_denominator,
    v.denominator,
    v.is_closed
from {{ ref("indicator_values") }} v
join paired b using (period_code)
join
    {{ ref("indicator_values") }} w
    on w.period_code = b.previous_period_code
    and (v.indicator_code, v.rule, v.scope, v.unit_code, v.unit_level)
    = (w.indicator_code, w.rule, w.scope, w.unit_code, w.unit_level)
where v.value is not null and w.value is not null
