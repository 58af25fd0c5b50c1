select MaHoSo as dossier_code, NgayXinLoi as apologised_at, cast(NgayHenTraLai as date) as promised_date
from {{ ref("base_xin_loi") }}
where disposition = 'accepted'
