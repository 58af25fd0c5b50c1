-- The share of a procedure's rows that came online on earlier days, where there were five at least.
with
    daily as (
        select MaTTHC, business_day, count(*) as row_count, count(*) filter (where KenhThucHien = 2) as online
        from {{ ref("prf_dossier_seen") }}
        where coalesce(DaXoa, 0) = 0
        group by MaTTHC, business_day
    )
select MaTTHC, business_day, sum(online) over before / sum(row_count) over before as usual_online
from daily
window before as (partition by MaTTHC order by business_day rows between unbounded preceding and 1 preceding)
qualify sum(row_count) over before >= 5
