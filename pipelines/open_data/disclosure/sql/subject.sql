-- Published subjects per period: units that exist in it or have an exact figure, their levels, and the province.
create or replace table subject as
with
    unit as (
        select unit_code, unit_level, period_code
        from tthc.marts.handling_status join period using (period_code) where scope = 'unit'
        union
        select unit_code, unit_level, period_code
        from tthc.marts.indicator_values join period using (period_code)
        where scope = 'unit' and not list_contains($protected, indicator_code)
        union
        select unit_code, unit_level, period_code
        from tthc.marts.dim_unit join period
            on coalesce(valid_from <= end_date, true) and coalesce(valid_to >= start_date, true)
        where unit_level <> root_level()
    )
select 'unit' as scope, unit_code, unit_level, period_code from unit
union all
select distinct 'level', r.province_code, unit_level, period_code from unit, tthc.marts.dim_run r
union all
select 'province', r.province_code, root_level(), period_code from period, tthc.marts.dim_run r;
