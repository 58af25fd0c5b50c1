select MaHoSo as dossier_code, GiayToId as result_id, MaGiayToKetQua as result_code, DuongDanTepTinKetQua as file_path
from {{ ref("base_ket_qua") }}
where disposition = 'accepted'
