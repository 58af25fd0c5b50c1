-- Whether an indicator is published exactly or protected; null if the rules do not name it.
create or replace table indicator_class as
select i.indicator_code, i.rule, i.origin,
    i.origin = 'transactions' and not list_contains(string_split(coalesce(i.sources, ''), ', '), 'own_unit')
        as has_every_subject,
    list_contains($province_only, i.indicator_code || ' ' || i.rule) as is_province_only,
    case when list_contains($protected, i.indicator_code) then 'protected'
        when list_contains($exact, i.indicator_code) or list_contains($origins, i.origin) then 'exact'
    end as class
from tthc.marts.dim_indicator i
