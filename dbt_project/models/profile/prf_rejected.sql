-- Rejected rows per reason, by parsing and by the models; nothing of a reason known elsewhere in the source is zero.
with
    counted as (
        select d.source, d.business_day, r.reason, sum(r.row_count) as row_count
        from {{ source("ledger", "reason") }} r
        join
            {{ source("ledger", "delivery") }} d
            on r.source = d.source
            and r.source_file = d.source_file
            and d.status = 'accepted'
        group by all
        union all
        select source, _business_day, reason, count(*)
        from {{ ref("int_rejected_unit") }}
        where is_by_models
        group by source, _business_day, reason
    ),
    reasons as (select distinct source, reason from counted)
select d.source, d.business_day, s.reason as stratum, coalesce(sum(c.row_count), 0) as x, any_value(d.rows_in) as n
from {{ ref("prf_day") }} d
join reasons s using (source)
left join counted c using (source, business_day, reason)
group by d.source, d.business_day, s.reason
