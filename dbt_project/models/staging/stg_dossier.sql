select
    MaHoSo as dossier_code,
    MaTTHC as procedure_code,
    {{ handling_unit() }} as unit_code,
    MaDonVi as receiving_unit_code,
    {{ handling_unit_unknown() }} as handling_unit_unknown,
    TrangThaiHoSo as status_code,
    KenhThucHien as channel_code,
    MucDo as service_level,
    cast(NgayTiepNhan as date) as received_date,
    cast(NgayHenTra as date) as due_date,
    case when TrangThaiHoSo in (7, 9, 10) then coalesce(NgayKetThucXuLy, NgayTra) end as finished_at,
    cast(finished_at as date) as finished_date,
    DuocThanhToanTrucTuyen in (1, 2) as is_paid_online,
    TaiKhoanDuocXacThucVoiVNeID = 1 as is_identity_verified,
    coalesce(DaXoa, 0) = 1 as is_deleted,
    newness
from {{ ref("base_ho_so") }}
where disposition = 'accepted'
