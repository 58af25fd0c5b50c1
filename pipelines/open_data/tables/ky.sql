select
    period_code as ky,
    case
        period_type when 'month' then 'thang' when 'quarter' then 'quy' when 'year' then 'nam' else 'bao-cao'
    end as loai,
    start_date as tu_ngay,
    end_date as den_ngay
from period
