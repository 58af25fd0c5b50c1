-- Exact figures as the marts have them, also where there was nothing to count; protected ones out of protected cells,
-- but for the province, which is exact. Provisional: its numerator may still rise (`matures` in the register).
with
    known as (
        select indicator_code, rule, period_code, any_value(missing_source) as missing_source
        from tthc.marts.indicator_values
        group by indicator_code, rule, period_code
    ),
    -- What never had its source lacks it also in periods before the first dossier, of which the marts have no row.
    never as (
        select indicator_code, rule, any_value(missing_source) as missing_source
        from tthc.marts.indicator_values
        group by indicator_code, rule
        having count(*) filter (where missing_source is null) = 0
    ),
    aim as (
        select indicator_code, rule, period_code, scope, unit_level, any_value(target) as target
        from tthc.marts.indicator_values
        group by indicator_code, rule, period_code, scope, unit_level
    ),
    asked as (
        select i.indicator_code, i.rule, i.class, s.scope, s.unit_code, s.unit_level, s.period_code
        from indicator_class i
        join subject s on i.has_every_subject
        left join protected_parts p on (p.code, p.rule) = (i.indicator_code, i.rule)
        where p.code is null and not i.is_province_only or s.scope = 'province'
        union all
        select i.indicator_code, i.rule, i.class, c.scope, c.unit_code, c.unit_level, c.period_code
        from indicator_class i
        join protected_parts p on (p.code, p.rule) = (i.indicator_code, i.rule)
        join shown_cell c on c.measure = p.denominator and c.scope in ('unit', 'level')
        union all
        select i.indicator_code, i.rule, i.class, v.scope, v.unit_code, v.unit_level, v.period_code
        from indicator_class i
        join tthc.marts.indicator_values v using (indicator_code, rule)
        join period using (period_code)
        where not i.has_every_subject and (v.missing_source is null or v.scope = 'province')
    ),
    described as (
        select
            a.*,
            coalesce(k.missing_source, e.missing_source) as missing_source,
            d.direction,
            d.value_unit,
            t.target,
            p.numerator_measure,
            p.denominator_measure
        from asked a
        join tthc.marts.dim_indicator d using (indicator_code, rule)
        left join known k using (indicator_code, rule, period_code)
        left join never e using (indicator_code, rule)
        left join aim t using (indicator_code, rule, period_code, scope, unit_level)
        left join
            (select code, rule, numerator as numerator_measure, denominator as denominator_measure from protected_parts)
            p on case when a.scope <> 'province' then a.indicator_code end = p.code and a.rule = p.rule
    ),
    exact as (
        select
            q.* exclude (missing_source, direction, value_unit, numerator_measure, denominator_measure),
            if(q.missing_source is null, coalesce(v.numerator, 0), null) as n,
            if(q.missing_source is null and q.value_unit <> 'count', coalesce(v.denominator, 0), null) as d,
            case
                when q.missing_source is not null
                then why_missing(q.missing_source)
                when q.value_unit = 'count'
                then 'z'
                when d = 0
                then 'o'
            end as why,
            why as n_reason,
            why as d_reason,
            exact_rate(n, d, round(100 * q.target, 2)) as rate,
            null as sign,
            v.met::integer as met,
            v.is_provisional
        from described q
        left join tthc.marts.indicator_values v using (indicator_code, rule, period_code, scope, unit_code, unit_level)
        where q.class = 'exact' or q.numerator_measure is null
    ),
    protected as (
        select
            q.* exclude (missing_source, direction, value_unit, numerator_measure, denominator_measure),
            if(q.missing_source is null, num.value, null) as n,
            if(q.missing_source is null, den.value, null) as d,
            if(q.missing_source is null, coalesce(den.reason, num.reason, 'm'), why_missing(q.missing_source)) as why,
            if(q.missing_source is null, num.reason, why) as n_reason,
            if(q.missing_source is null, den.reason, why) as d_reason,
            shown_rate(n, d) as rate,
            shown_sign(n, d) as sign,
            if(
                q.missing_source is null,
                verdict(num.value, num.reason, den.value, den.reason, q.target, q.direction),
                null
            ) as met
        from described q
        join
            shown_cell num
            on (num.measure, num.scope, num.unit_code, num.unit_level, num.period_code)
            = (q.numerator_measure, q.scope, q.unit_code, q.unit_level, q.period_code)
        join
            shown_cell den
            on (den.measure, den.scope, den.unit_code, den.unit_level, den.period_code)
            = (q.denominator_measure, q.scope, q.unit_code, q.unit_level, q.period_code)
    ),
    both_kinds as (
        select *
        from exact
        union all by name
        select *
        from protected
    )
select
    indicator_code as ma_chi_tieu,
    rule as cach_tinh,
    period_code as ky,
    published_scope(scope) as pham_vi,
    b.unit_code as ma_don_vi,
    u.unit_name as ten_don_vi,
    b.unit_level as cap,
    n as tu_so,
    case when n is null then n_reason when is_provisional then 'p' end as co_tu_so,
    d as mau_so,
    if(d is null, d_reason, null) as co_mau_so,
    rate as ty_le,
    sign as dau,
    case when rate is null then why when is_provisional then 'p' end as co,
    round(100 * target, 2) as muc_tieu,
    met as dat
from both_kinds b
left join tthc.marts.dim_unit u on b.unit_code = u.unit_code
