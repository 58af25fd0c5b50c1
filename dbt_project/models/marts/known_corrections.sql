-- Mended: the row is there and no longer says what was wrong. Then the register must be mended too (the gate asks).
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
