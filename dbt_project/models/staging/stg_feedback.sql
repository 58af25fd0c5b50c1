select
    MaPhanAnh as feedback_code,
    MaDonVi as unit_code,
    MaHoSo as dossier_code,
    KenhTiepNhan as channel,
    NgayGui as sent_at,
    cast(NgayGui as date) as sent_date,
    cast(NgayTuChoi as date) as refused_date,
    cast(NgayYeuCauBoSung as date) as asked_date,
    cast(HanTraLoi as date) as told_deadline_date,
    cast(NgayTraLoi as date) as answered_date,
    cast(NgayCongKhai as date) as published_date,
    MucDoHaiLong as rating
from {{ ref("base_phan_anh") }}
where disposition = 'accepted'
