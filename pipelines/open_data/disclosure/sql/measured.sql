-- Every protected count of today, with the sum of the keys of its cases.
create or replace table measured as
with
    by_place as (
        select whole, scope, unit_code, unit_level, period_code, count(*) as n, sum(key) as k,
            count(*) filter (counts) as inner_n, coalesce(sum(key) filter (counts), 0) as inner_k
        from case_in
        group by all
    ),
    counted as (
        select * from by_place
        union all
        select whole, 'level', (select province_code from tthc.marts.dim_run), unit_level, period_code,
            sum(n), sum(k), sum(inner_n), sum(inner_k)
        from by_place where scope = 'unit'
        group by whole, unit_level, period_code
    )
select whole as measure, scope, unit_code, unit_level, period_code, n::bigint as n, k::bigint as k from counted
union all
select inside, scope, unit_code, unit_level, period_code, inner_n::bigint, inner_k::bigint
from counted join within using (whole)
