select MaHoSo as dossier_code, ThoiGianDanhGia as rated_at, DanhGia as rating
from {{ ref("base_danh_gia") }}
where disposition = 'accepted'
