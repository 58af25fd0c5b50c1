-- Indicator online_payment_share, rule plan, by level and month: exact.
select
    s.unit_level as cap,
    s.period_code as ky,
    if(k.missing_source is null, coalesce(v.denominator, 0), null) as giao_dich,
    if(giao_dich is null, why_missing(k.missing_source), null) as co_giao_dich,
    if(k.missing_source is null, coalesce(v.numerator, 0), null) as truc_tuyen,
    if(truc_tuyen is null, why_missing(k.missing_source), null) as co_truc_tuyen,
    exact_rate(truc_tuyen, giao_dich, null) as ty_le_truc_tuyen,
    if(ty_le_truc_tuyen is null, coalesce(co_giao_dich, 'o'), null) as co
from subject s
join period p on s.period_code = p.period_code and p.period_type = 'month'
cross join
    (
        select any_value(missing_source) as missing_source
        from tthc.marts.indicator_values
        where indicator_code = 'online_payment_share' and rule = 'plan'
    ) k
left join
    tthc.marts.indicator_values v
    on v.indicator_code = 'online_payment_share'
    and v.rule = 'plan'
    and (v.scope, v.unit_code, v.unit_level, v.period_code) = (s.scope, s.unit_code, s.unit_level, s.period_code)
where s.scope = 'level'
