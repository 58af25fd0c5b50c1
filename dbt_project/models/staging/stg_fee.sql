select
    MaHoSo as dossier_code,
    MaPhiLePhi as fee_code,
    Gia as amount_vnd,
    TrangThaiThanhToan = 1 as is_paid,
    cast(NgayThuPhi as date) as paid_date,
    HinhThucThanhToan as payment_method
from {{ ref("base_le_phi") }}
where disposition = 'accepted'
