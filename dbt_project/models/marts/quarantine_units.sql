select
    r.source,
    d.business_day,
    d.file_name,
    r.reason,
    r.unit_code,
    count(*) as row_count,
    {{ first_numbers("r._row_number", 1000) }} as first_rows
from {{ ref("int_rejected_unit") }} r
join
    {{ source("ledger", "delivery") }} d
    on r.source = d.source
    and r._source_file = d.source_file
    and d.status = 'accepted'
group by r.source, d.business_day, d.file_name, r.reason, r.unit_code
