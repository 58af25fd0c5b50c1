select
    MaPhanAnh as feedback_code,
    MaDonVi as unit_code,
    KenhTiepNhan as channel,
    cast(NgayGui as date) as sent_date,
    cast(HanTraLoi as date) as told_deadline_date,
    cast(NgayTraLoi as date) as answered_date,
    MucDoHaiLong as rating
from {{ ref("base_phan_anh") }}
where disposition = 'accepted'
