-- The columns of form II.06a as the marts have them; a subject without dossiers has none of each.
select
    s.period_code as ky,
    published_scope(s.scope) as pham_vi,
    s.unit_code as ma_don_vi,
    u.unit_name as ten_don_vi,
    s.unit_level as cap,
    coalesce(h.received_total, 0) as nhan_tong,
    null as co_nhan_tong,
    coalesce(h.received_online, 0) as nhan_truc_tuyen,
    null as co_nhan_truc_tuyen,
    coalesce(h.received_direct, 0) as nhan_truc_tiep,
    null as co_nhan_truc_tiep,
    coalesce(h.carried_over, 0) as ky_truoc_chuyen,
    null as co_ky_truoc_chuyen,
    coalesce(h.resolved_total, 0) as giai_quyet_tong,
    null as co_giai_quyet_tong,
    coalesce(h.resolved_early, 0) as giai_quyet_truoc_han,
    null as co_giai_quyet_truoc_han,
    coalesce(h.resolved_on_time, 0) as giai_quyet_dung_han,
    null as co_giai_quyet_dung_han,
    coalesce(h.resolved_overdue, 0) as giai_quyet_qua_han,
    null as co_giai_quyet_qua_han,
    coalesce(h.open_total, 0) as dang_tong,
    null as co_dang_tong,
    coalesce(h.open_in_time, 0) as dang_trong_han,
    null as co_dang_trong_han,
    coalesce(h.open_overdue, 0) as dang_qua_han,
    null as co_dang_qua_han
from subject s
left join tthc.marts.handling_status h using (period_code, scope, unit_code, unit_level)
left join tthc.marts.dim_unit u on s.unit_code = u.unit_code
