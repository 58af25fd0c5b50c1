-- The columns of form II.06a, each rounded by itself.
select
    period_code as ky,
    case scope when 'unit' then 'don-vi' when 'level' then 'cap' else 'tinh' end as pham_vi,
    c.unit_code as ma_don_vi,
    u.unit_name as ten_don_vi,
    c.unit_level as cap,
    any_value(value) filter (where measure = 'handled') as nhan_tong,
    if(nhan_tong is null, 'c', null) as co_nhan_tong,
    any_value(value) filter (where measure = 'received_online') as nhan_truc_tuyen,
    if(nhan_truc_tuyen is null, 'c', null) as co_nhan_truc_tuyen,
    any_value(value) filter (where measure = 'received_direct') as nhan_truc_tiep,
    if(nhan_truc_tiep is null, 'c', null) as co_nhan_truc_tiep,
    any_value(value) filter (where measure = 'carried_over') as ky_truoc_chuyen,
    if(ky_truoc_chuyen is null, 'c', null) as co_ky_truoc_chuyen,
    any_value(value) filter (where measure = 'resolved') as giai_quyet_tong,
    if(giai_quyet_tong is null, 'c', null) as co_giai_quyet_tong,
    any_value(value) filter (where measure = 'resolved_early') as giai_quyet_truoc_han,
    if(giai_quyet_truoc_han is null, 'c', null) as co_giai_quyet_truoc_han,
    any_value(value) filter (where measure = 'resolved_on_time') as giai_quyet_dung_han,
    if(giai_quyet_dung_han is null, 'c', null) as co_giai_quyet_dung_han,
    any_value(value) filter (where measure = 'resolved_overdue') as giai_quyet_qua_han,
    if(giai_quyet_qua_han is null, 'c', null) as co_giai_quyet_qua_han,
    any_value(value) filter (where measure = 'open') as dang_tong,
    if(dang_tong is null, 'c', null) as co_dang_tong,
    any_value(value) filter (where measure = 'open_in_time') as dang_trong_han,
    if(dang_trong_han is null, 'c', null) as co_dang_trong_han,
    any_value(value) filter (where measure = 'open_overdue') as dang_qua_han,
    if(dang_qua_han is null, 'c', null) as co_dang_qua_han
from shown_cell c
left join tthc.marts.dim_unit u on c.unit_code = u.unit_code
where scope in ('unit', 'level', 'province')
group by period_code, scope, c.unit_code, u.unit_name, c.unit_level
