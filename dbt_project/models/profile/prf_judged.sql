with
    known as (
        select v.*, coalesce(f.standing = 'unusual', false) as stood_out
        from {{ ref("prf_value") }} v
        left join {{ ref("prf_first_look") }} f using (source, business_day, measure, stratum)
    ),
    judged as ({{ judged("known", "stood_out") }})
select * exclude (stood_out, kind, era, tau0)
from judged
