-- Rows of each delivery, as logarithm per working day that it stands for. None at all scatters as one row does: with
-- the
-- variance of half a row an empty delivery would be as usual as any.
select
    source,
    business_day,
    'rows' as measure,
    '' as stratum,
    cast(rows_in as double) as x,
    cast(working_days as double) as n,
    case when not is_by_holiday then ln((rows_in + 0.5) / working_days) end as g,
    1 / (greatest(rows_in, 1) + 0.5) as v
from {{ ref("prf_day") }}
