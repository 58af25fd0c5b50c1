-- Dossier rows with what later deliveries are compared by, of all deliveries.
{{ config(meta={"carried": "MaHoSo"}) }}
select
    MaHoSo,
    MaTTHC,
    MaDonVi,
    DaXoa,
    TrangThaiHoSo,
    KenhThucHien,
    NgayHenTra,
    NgayKetThucXuLy,
    NgayTra,
    business_day,
    prefix,
    unit_level,
    term,
    days_to_due,
    days_to_finish,
    is_first
from {{ ref("prf_dossier_row") }}
