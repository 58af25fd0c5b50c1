select indicator_code as MaChiTieu
from {{ source("registers", "indicator") }}
where origin = 'reported'
group by indicator_code
