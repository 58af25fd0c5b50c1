-- Protected counts of units that differ from the marts.
with
    in_marts as (
        select
            v.unit_code,
            v.unit_level,
            v.period_code,
            unnest([p.denominator, p.numerator]) as measure,
            unnest([v.denominator, v.numerator]) as n
        from tthc.marts.indicator_values v
        join protected_parts p on (p.code, p.rule) = (v.indicator_code, v.rule)
        join period using (period_code)
        where v.scope = 'unit' and v.missing_source is null
    )
select count(*)
from in_marts t
full join (select * from measured where scope = 'unit') m using (unit_code, unit_level, period_code, measure)
where
    coalesce(t.n, 0) <> coalesce(m.n, 0)
    and not exists (
        select 1
        from tthc.marts.indicator_values v
        join protected_parts p on (p.code, p.rule) = (v.indicator_code, v.rule)
        where v.missing_source is not null and measure in (p.denominator, p.numerator)
    )
