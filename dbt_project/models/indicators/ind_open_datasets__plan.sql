select
    'open_datasets' as indicator_code,
    'plan' as rule,
    p.period_code,
    r.province_code as unit_code,
    'tinh' as unit_level,
    count(*) as numerator,
    cast(null as bigint) as denominator,
    0 as unknown_count
from {{ source("registers", "dataset") }}
cross join {{ ref("int_period") }} p
cross join {{ ref("dim_run") }} r
group by p.period_code, r.province_code
