select
    MaHoSo as dossier_code,
    TepDinhKemId as file_id,
    DuongDanTaiTepTin as file_path,
    DuocSoHoa = 1 as is_digitised,
    DuocTaiSuDung in (1, 2) as is_reused,
    DuocLayTuKhoDMQG = 1 as is_from_store,
    coalesce(IsDeleted, 0) = 1 as is_deleted
from {{ ref("base_thanh_phan") }}
where disposition = 'accepted'
