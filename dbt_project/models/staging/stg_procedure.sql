select
    MaTTHC as procedure_code,
    TenTTHC as procedure_name,
    MaLinhVuc as field_code,
    TenLinhVuc as field_name,
    CapThucHien as levels,
    ThoiHanGiaiQuyet as time_limit,
    DonViThoiHan as time_limit_unit,
    CoPhiLePhi = 1 as has_fee,
    ThanhToanTrucTuyen = 1 as accepts_online_payment,
    CoKetQua = 1 as returns_result,
    CoHoSoMau = 1 as has_sample_dossier,
    MucDo as service_level,
    DuDieuKienTrucTuyen = 1 as suits_online,
    DuDieuKienToanTrinh = 1 as suits_fully_online,
    TichHopDVCQG = 1 as is_integrated,
    LaTTHCNoiBo = 1 as is_internal,
    NgayQuyetDinhCongBo as announced_date,
    NgayCongKhai as public_date,
    NgayCauHinhQuyTrinh as configured_date,
    NgayHieuLuc as effective_from,
    NgayHetHieuLuc as effective_to
from {{ ref("rows_thu_tuc") }}
where disposition = 'accepted'
