select
    MaHoSo as dossier_code,
    NgayBoSung as requested_at,
    cast(NgayBoSung as date) as requested_date,
    cast(NgayTiepNhanBoSung as date) as returned_date,
    cast(NgayHenTraTruoc as date) as due_date_before,
    cast(NgayHenTraMoi as date) as due_date_after
from {{ ref("base_bo_sung") }}
where disposition = 'accepted'
