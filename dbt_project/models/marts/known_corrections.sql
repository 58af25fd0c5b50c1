-- Known wrong cells and what the correction found. `mended`: the row exists and no longer has the wrong value; the gate
-- then asks for the register entry to be retired.
select
    *,
    case
        when status = 'retired'
        then 'retired'
        when rows_with_key = 0
        then 'not_delivered'
        when rows_wrong = 0
        then 'mended'
        else 'applied'
    end as standing
from {{ source("registers", "correction") }}
