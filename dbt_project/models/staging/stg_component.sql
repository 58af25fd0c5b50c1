select MaHoSo as dossier_code, TepDinhKemId as file_id, DuocSoHoa = 1 as is_digitised
from {{ ref("rows_thanh_phan") }}
where disposition = 'accepted' and coalesce(IsDeleted, 0) = 0
