-- Indicators without a class, and protected ones below the province that the rules do not count.
select count(*)
from indicator_class c
left join protected_parts p on (p.code, p.rule) = (c.indicator_code, c.rule)
where
    c.class is null
    or c.class = 'protected'
    and p.code is null
    and not c.is_province_only
    and exists (
        select 1
        from tthc.marts.indicator_values v
        where (v.indicator_code, v.rule) = (c.indicator_code, c.rule) and v.missing_source is null
    )
