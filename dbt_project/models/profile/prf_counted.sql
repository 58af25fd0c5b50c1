-- One row per source, day, measure and stratum: what was counted of the delivery. g and v only where they are no
-- function of x and n; v of a ratio is the sum of squares by which dossiers missed what was usual.
select *
from {{ ref("prf_delivered") }}
union all
select 'le_phi' as source, business_day, {{ each_record(measured("le_phi")) }}
from {{ ref("prf_le_phi") }} r
group by business_day
union all
select source, business_day, 'empty', stratum, x, n, null, null
from {{ ref("prf_empty") }}
union all
select source, business_day, 'rejected', stratum, x, n, null, null
from {{ ref("prf_rejected") }}
union all
select
    source,
    business_day,
    'children',
    '',
    x,
    cast(n as double),
    {{ settled("ln(nullif(x, 0) / nullif(cast(n as double), 0))") }},
    cast(scatter as double)
from {{ ref("prf_children") }}
union all
select 'ho_so', business_day, 'missing_numbers', '', x, n, null, null
from {{ ref("prf_number") }}
union all
select 'ho_so', business_day, 'field', stratum, x, n, null, null
from {{ ref("prf_field") }}
union all
select source, business_day, measure, stratum, x, n, g, v
from {{ ref("prf_rows") }}
