-- Rows of each delivery, as a logarithm per working day that it stands for. An empty delivery gets the variance of one
-- row; with that of half a row it would look as usual as any other.
select
    source,
    business_day,
    'rows' as measure,
    '' as stratum,
    cast(rows_in as double) as x,
    cast(working_days as double) as n,
    case when not is_by_holiday then {{ settled("ln((rows_in + 0.5e0) / working_days)") }} end as g,
    1 / (greatest(rows_in, 1) + 0.5e0) as v
from {{ ref("prf_day") }}
