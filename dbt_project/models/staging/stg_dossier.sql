select
    mahoso as dossier_code,
    matthc as procedure_code,
    madonvi as unit_code,
    trangthaihoso as status_code,
    kenhthuchien as channel_code,
    mucdo as service_level,
    cast(ngaytiepnhan as date) as received_date,
    cast(ngayhentra as date) as due_date,
    cast(case when trangthaihoso in (7, 9, 10) then coalesce(ngayketthucxuly, ngaytra) end as date) as finished_date,
    coalesce(daxoa, 0) = 1 as is_deleted,
    newness
from {{ ref("rows_ho_so") }}
where disposition = 'accepted'
