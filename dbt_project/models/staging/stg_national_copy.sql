select
    MaHoSo as dossier_code,
    TrangThaiHoSo as status_code,
    cast(NgayTiepNhan as date) as received_date,
    cast(NgayHenTra as date) as due_date,
    cast(case when TrangThaiHoSo in (7, 9, 10) then NgayKetThucXuLy end as date) as finished_date
from {{ ref("base_dvcqg") }}
where disposition = 'accepted'
