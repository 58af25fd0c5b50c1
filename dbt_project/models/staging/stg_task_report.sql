select MaNhiemVu as task_code, NgayBaoCao as reported_date, TrangThai as standing, TyLe as share_done
from {{ ref("base_nhiem_vu") }}
where disposition = 'accepted'
