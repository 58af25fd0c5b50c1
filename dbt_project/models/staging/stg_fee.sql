select
    mahoso as dossier_code,
    maphilephi as fee_code,
    gia as amount_vnd,
    trangthaithanhtoan = 1 as is_paid,
    cast(ngaythuphi as date) as paid_date,
    hinhthucthanhtoan as payment_method
from {{ ref("rows_le_phi") }}
where disposition = 'accepted'
