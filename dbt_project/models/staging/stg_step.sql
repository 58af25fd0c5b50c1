select
    MaHoSo as dossier_code,
    ThoiDiemXuLy as taken_at,
    cast(ThoiDiemXuLy as date) as taken_date,
    TrangThai as status,
    PhongBanXuLy as office,
    NgayKetThucTheoQuyDinh as due_at
from {{ ref("base_tien_trinh") }}
where disposition = 'accepted'
