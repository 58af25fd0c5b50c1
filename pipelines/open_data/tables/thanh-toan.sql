-- The cells of indicator online_payment_share, rule plan.
select
    c.unit_level as cap,
    c.period_code as ky,
    any_value(c.value) filter (where c.measure = 'paid') as giao_dich,
    if(giao_dich is null, 'c', null) as co_giao_dich,
    any_value(c.value) filter (where c.measure = 'paid_online') as truc_tuyen,
    if(truc_tuyen is null, 'c', null) as co_truc_tuyen,
    shown_rate(truc_tuyen, giao_dich) as ty_le_truc_tuyen,
    nullif(shown_sign(truc_tuyen, giao_dich), '') as dau,
    if(ty_le_truc_tuyen is null, 'c', null) as co
from shown_cell c
join period p on c.period_code = p.period_code and p.period_type = 'month'
where c.scope = 'level'
group by c.unit_level, c.period_code
