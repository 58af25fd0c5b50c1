-- Cells of this vintage: counted today, or as published where the table is frozen.
create or replace table cell as
select c.* exclude (k), c.n as n_out, c.k as k_out, null::bigint as old_value, null::varchar as old_reason,
    0 as moved, false as is_frozen
from cell_now c anti join frozen using (part, period_code)
union all by name
select m.* exclude (n, k, value, reason, is_out), coalesce(t.n, 0) as n, false as is_void, m.n as n_out,
    m.k as k_out, m.value as old_value, m.reason as old_reason, f.moved, true as is_frozen
from memory m
join frozen f using (part, period_code)
left join measured t using (measure, scope, unit_code, unit_level, period_code)
where m.is_out
