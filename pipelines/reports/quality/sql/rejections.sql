-- Rejected rows per file, reason and unit; file names and reasons that look personal are masked. The file's own name
-- stands last: it only serves to look up places, and is never shown.
select
    source,
    business_day,
    case when looks_personal(file_name) then $mask else file_name end,
    case
        when regexp_full_match(reason, '[A-Za-z][A-Za-z0-9_.:-]*') and not looks_personal(reason) then reason else $mask
    end,
    unit_code,
    row_count,
    case when regexp_full_match(first_rows, '[0-9, ]+') then first_rows end,
    file_name
from quarantine_units
order by row_count desc, source, business_day, file_name, reason, unit_code
