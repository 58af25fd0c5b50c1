-- The list of procedures with what each received in the year.
select
    p.procedure_code as ma_thu_tuc,
    p.procedure_name as ten_thu_tuc,
    p.field as ma_linh_vuc,
    p.field_name as ten_linh_vuc,
    nullif(array_to_string(p.levels, ';'), '') as cap_thuc_hien,
    p.time_limit as thoi_han,
    p.time_limit_unit as don_vi_thoi_han,
    cast(p.service_level as varchar) as muc_do,
    cast(p.is_sensitive as integer) as nhay_cam,
    c.period_code as nam,
    c.value as nhan,
    c.reason as co_nhan,
    'TTHC-' || p.procedure_code as khoa_thu_tuc
from procedure p
join shown_cell c on c.scope = 'procedure' and c.unit_code = p.procedure_code
