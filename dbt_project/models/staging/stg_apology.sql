select MaHoSo as dossier_code, NgayXinLoi as apologised_at, cast(NgayHenTraLai as date) as promised_date
from {{ ref("rows_xin_loi") }}
where disposition = 'accepted'
