-- A procedure that was not in force in the year has no count to speak of, unless it has one all the same.
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
    case
        when c.value is not null
        then null
        when c.n = 0 and not (coalesce(p.effective_from <= y.end_date, true) and coalesce(p.effective_to >= y.start_date, true))
        then 'z'
        else 'c'
    end as co_nhan,
    'TTHC-' || p.procedure_code as khoa_thu_tuc
from procedure p
join shown_cell c on c.scope = 'procedure' and c.unit_code = p.procedure_code
join period y using (period_code)
