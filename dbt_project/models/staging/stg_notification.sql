select MaHoSo as dossier_code, NgayGui as sent_at, Kenh as channel, TrangThai = 1 as is_delivered
from {{ ref("base_thong_bao") }}
where disposition = 'accepted'
