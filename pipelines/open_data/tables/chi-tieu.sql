-- Personal indicators out of protected cells; the others exactly as the warehouse has them. `own` indicators speak of
-- one unit whatever the scope, so all scopes show the cell of that unit.
with
    missing as (
        select indicator_code, rule, any_value(missing_source) as missing_source
        from tthc.marts.indicator_values
        group by indicator_code, rule
    ),
    subject_of as (
        select distinct c.scope, c.unit_code, c.unit_level, c.period_code, u.unit_code as own_code, u.unit_level as own_level
        from cell c
        cross join tthc.marts.dim_run r
        join tthc.marts.dim_unit u on r.own_unit = u.unit_code
        where c.scope in ('unit', 'level', 'province')
    ),
    asked as (
        select
            i.*,
            s.scope,
            s.unit_code,
            s.unit_level,
            s.period_code,
            if(i.own, 'unit', s.scope) as cell_scope,
            if(i.own, s.own_code, s.unit_code) as cell_unit,
            if(i.own, s.own_level, s.unit_level) as cell_level
        from personal_indicator i
        join
            subject_of s
            on not i.own
            or s.scope = 'province'
            or s.scope = 'level' and s.unit_level = s.own_level
            or s.unit_code = s.own_code
    ),
    protected as (
        select
            a.indicator_code,
            a.rule,
            a.period_code,
            a.scope,
            a.unit_code,
            a.unit_level,
            if(m.missing_source is null and a.numerator_measure is not null, 'c', 'x') as empty_flag,
            if(empty_flag = 'c', n.value, null) as numerator,
            if(empty_flag = 'c', d.value, null) as denominator,
            shown_rate(numerator, denominator) as rate,
            shown_sign(numerator, denominator) as sign
        from asked a
        left join missing m using (indicator_code, rule)
        left join
            shown_cell n
            on (n.measure, n.scope, n.unit_code, n.unit_level, n.period_code)
            = (a.numerator_measure, a.cell_scope, a.cell_unit, a.cell_level, a.period_code)
        left join
            shown_cell d
            on (d.measure, d.scope, d.unit_code, d.unit_level, d.period_code)
            = (a.denominator_measure, a.cell_scope, a.cell_unit, a.cell_level, a.period_code)
    ),
    plain as (
        select
            v.indicator_code,
            v.rule,
            v.period_code,
            v.scope,
            v.unit_code,
            v.unit_level,
            if(v.missing_source is null and v.numerator is not null, 'z', 'x') as empty_flag,
            v.numerator,
            v.denominator,
            if(v.denominator > 0, round(100 * cast(v.numerator as double) / v.denominator, 2), null) as rate,
            '' as sign
        from tthc.marts.indicator_values v
        join tthc.marts.dim_indicator i using (indicator_code, rule)
        join period using (period_code)
        where not list_contains((select origins from personal_origin), i.origin)
    ),
    both_kinds as (select * from protected union all select * from plain),
    aimed as (
        select b.*, v.direction, t.target
        from both_kinds b
        join tthc.marts.dim_indicator v using (indicator_code, rule)
        left join
            (
                select indicator_code, rule, period_code, unit_level, scope, any_value(target) as target
                from tthc.marts.indicator_values
                group by all
            ) t using (indicator_code, rule, period_code, unit_level, scope)
    )
select
    indicator_code as ma_chi_tieu,
    rule as cach_tinh,
    period_code as ky,
    case scope when 'unit' then 'don-vi' when 'level' then 'cap' else 'tinh' end as pham_vi,
    a.unit_code as ma_don_vi,
    u.unit_name as ten_don_vi,
    a.unit_level as cap,
    numerator as tu_so,
    if(numerator is null, empty_flag, null) as co_tu_so,
    denominator as mau_so,
    if(denominator is null, empty_flag, null) as co_mau_so,
    rate as ty_le,
    nullif(sign, '') as dau,
    if(rate is null, empty_flag, null) as co,
    round(100 * target, 2) as muc_tieu,
    is_met(rate, sign, round(100 * target, 2), direction) as dat
from aimed a
left join tthc.marts.dim_unit u on a.unit_code = u.unit_code
