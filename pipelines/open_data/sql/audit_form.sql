-- Rows of form II.06a in which a written count differs from the marts.
select count(*)
from "tinh-hinh-giai-quyet" t
full join
    (select h.* from tthc.marts.handling_status h join period using (period_code)) h
    on (t.ky, t.ma_don_vi, t.cap) = (h.period_code, h.unit_code, h.unit_level)
    and t.pham_vi = published_scope(h.scope)
where
    t.ky is null
    or t.nhan_tong <> coalesce(h.received_total, 0)
    or t.nhan_truc_tuyen <> coalesce(h.received_online, 0)
    or t.nhan_truc_tiep <> coalesce(h.received_direct, 0)
    or t.ky_truoc_chuyen <> coalesce(h.carried_over, 0)
    or t.giai_quyet_tong <> coalesce(h.resolved_total, 0)
    or t.giai_quyet_truoc_han <> coalesce(h.resolved_early, 0)
    or t.giai_quyet_dung_han <> coalesce(h.resolved_on_time, 0)
    or t.giai_quyet_qua_han <> coalesce(h.resolved_overdue, 0)
    or t.dang_tong <> coalesce(h.open_total, 0)
    or t.dang_trong_han <> coalesce(h.open_in_time, 0)
    or t.dang_qua_han <> coalesce(h.open_overdue, 0)
