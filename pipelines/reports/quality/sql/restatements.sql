-- Files that were delivered again with other bytes.
select
    source,
    business_day,
    case when looks_personal(file_name) then $mask else file_name end,
    keys_before,
    keys_removed,
    is_shrunk
from deliveries
where keys_before is not null
order by business_day desc, source, file_name
