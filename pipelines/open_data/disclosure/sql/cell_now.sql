-- Every published cell, with 0 for empty ones. `is_void`: a procedure that was neither offered nor used in the period,
-- or a field without dossiers in a year in which none of its procedures was offered.
create or replace table cell_now as
with
    offered as (
        select field, min(coalesce(year(effective_from), 0)) as first_year, max(coalesce(year(effective_to), 9999)) as last_year
        from procedure where field is not null and not is_sensitive group by field
    ),
    wanted as (
        select m.part, m.measure, s.scope, s.unit_code, s.unit_level, s.period_code
        from measure_of m join subject s on s.scope in ('unit', 'level') where m.scope = 'unit'
        union all
        select m.part, m.measure, m.scope, f.field, f.unit_level, p.period_code
        from measure_of m, field_level f, period p where m.scope = 'field' and p.period_type = 'month'
        union all
        select m.part, m.measure, m.scope, f.procedure_code, root_level(), p.period_code
        from measure_of m, procedure f, period p where m.scope = 'procedure' and p.period_type = 'year'
        union all
        select m.part, m.measure, m.scope, c.channel, root_level(), p.period_code
        from measure_of m, (select unnest($channels) as channel) c, period p
        where m.scope = 'channel' and p.period_type = 'quarter'
    )
select w.*, concat_ws('|', measure, scope, unit_code, unit_level, p.start_date::date, p.end_date::date) as cell,
    coalesce(n, 0) as n, coalesce(k, 0) as k,
    coalesce(scope = 'procedure' and coalesce(n, 0) = 0 and not (
        coalesce(f.effective_from <= p.end_date, true) and coalesce(f.effective_to >= p.start_date, true)
    ) or (o.first_year > year(p.start_date) or o.last_year < year(p.start_date))
        and sum(coalesce(n, 0)) over (partition by scope, unit_code, unit_level, year(p.start_date)) = 0, false
    ) as is_void
from wanted w
join period p using (period_code)
left join measured using (measure, scope, unit_code, unit_level, period_code)
-- Not `on w.scope = … and …`, for which DuckDB would compare all rows of both.
left join procedure f on case when w.scope = 'procedure' then w.unit_code end = f.procedure_code
left join offered o on case when w.scope = 'field' then w.unit_code end = o.field
