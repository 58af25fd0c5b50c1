-- Fields at the levels where one of their procedures is offered; sensitive procedures are not in these cells.
select
    c.unit_code as ma_linh_vuc,
    f.field_name as ten_linh_vuc,
    c.unit_level as cap,
    c.period_code as ky,
    any_value(c.value) filter (where c.measure = 'received') as nhan,
    any_value(c.reason) filter (where c.measure = 'received') as co_nhan,
    any_value(c.value) filter (where c.measure = 'received_online') as truc_tuyen,
    any_value(c.reason) filter (where c.measure = 'received_online') as co_truc_tuyen,
    any_value(c.value) filter (where c.measure = 'resolved') as giai_quyet,
    any_value(c.reason) filter (where c.measure = 'resolved') as co_giai_quyet,
    any_value(c.value) filter (where c.measure = 'resolved_in_time') as dung_han,
    any_value(c.reason) filter (where c.measure = 'resolved_in_time') as co_dung_han,
    shown_rate(dung_han, giai_quyet) as ty_le_dung_han,
    shown_sign(dung_han, giai_quyet) as dau,
    if(ty_le_dung_han is null, coalesce(co_giai_quyet, co_dung_han, 'm'), null) as co
from shown_cell c
join (select field, min(field_name) as field_name from procedure group by field) f on c.unit_code = f.field
where c.scope = 'field'
group by c.unit_code, f.field_name, c.unit_level, c.period_code
