-- Form II.06a of the country and of all offices of a level, per period: sums over the provinces that are added.
create or replace table marts.handling_totals as
with
    complete as (
        select f.*
        from offered_form f
        join calendar_period p on (p.province_code, p.period_code) = (f.province_code, f.ky) and p.is_of_calendar
        where list_contains($scopes, warehouse_scope(f.pham_vi)) and ({{ sum_of_counts }}) is not null
    ),
    summed as (
        select
            ky as period_code,
            if(warehouse_scope(pham_vi) = 'province', 'country', 'level') as scope,
            cap as unit_level,
{{ sums }},
            list(province_code) as provinces
        from complete
        group by all
    )
select
    * exclude (provinces),
    len(provinces)::integer as province_count,
    array_to_string(list_filter($codes, lambda code: not list_contains(provinces, code)), ';') as missing_provinces
from summed
order by all
