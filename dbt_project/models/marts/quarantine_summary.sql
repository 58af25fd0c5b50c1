with
    reasons as (
        select source, source_file, reason, row_count
        from {{ source("ledger", "reason") }}
        union all
        select source, _source_file as source_file, reason, row_count
        from {{ ref("int_row_count") }}
        where disposition = 'rejected'
    )
select r.source, d.business_day, d.file_name, r.reason, cast(sum(r.row_count) as bigint) as row_count
from reasons r
join
    {{ source("ledger", "delivery") }} d
    on r.source = d.source
    and r.source_file = d.source_file
    and d.status = 'accepted'
group by r.source, d.business_day, d.file_name, r.reason
