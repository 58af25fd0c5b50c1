-- The mean logarithm of what was asked for a procedure's fee on earlier days, where it was asked five times at least.
with
    daily as (
        select MaTTHC, MaPhiLePhi, business_day, count(*) as row_count, sum({{ exact("ln(Gia)") }}) as logs
        from {{ ref("prf_fee_row") }}
        where Gia > 0
        group by MaTTHC, MaPhiLePhi, business_day
    )
select MaTTHC, MaPhiLePhi, business_day, cast(sum(logs) over before as double) / sum(row_count) over before as usual_log
from daily
window
    before as (partition by MaTTHC, MaPhiLePhi order by business_day rows between unbounded preceding and 1 preceding)
qualify sum(row_count) over before >= 5
