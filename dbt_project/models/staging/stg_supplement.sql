select
    mahoso as dossier_code,
    cast(ngaybosung as date) as requested_date,
    cast(ngaytiepnhanbosung as date) as returned_date,
    cast(ngayhentratruoc as date) as due_date_before,
    cast(ngayhentramoi as date) as due_date_after
from {{ ref("rows_bo_sung") }}
where disposition = 'accepted'
