{{ config(materialized="view") }}
with
    first_time as (
        select MaTTHC, MaPhiLePhi, Gia, min(business_day) as first_day
        from {{ ref("prf_fee_row") }}
        group by MaTTHC, MaPhiLePhi, Gia
    )
select f.*, u.usual_log, t.first_day
from {{ ref("prf_fee_row") }} f
left join first_time t using (MaTTHC, MaPhiLePhi, Gia)
left join {{ ref("prf_usual_amount") }} u using (MaTTHC, MaPhiLePhi, business_day)
