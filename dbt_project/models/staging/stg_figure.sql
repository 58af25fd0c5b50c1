select
    MaChiTieu as indicator_code, MaDonVi as unit_code, KyBaoCao as period_code, TuSo as numerator, MauSo as denominator
from {{ ref("base_so_lieu") }}
where disposition = 'accepted'
