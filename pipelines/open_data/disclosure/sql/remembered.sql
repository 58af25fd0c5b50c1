-- What the next vintage must know: the cells of this one, and what earlier vintages showed otherwise.
create or replace table remembered as
select c.part, c.period_code, c.measure, c.scope, c.unit_code, c.unit_level, c.cell, c.n_out as n, c.k_out as k,
    f.value, f.reason, true as is_out
from cell c join figure f using (cell);
insert into remembered
select distinct m.* replace (false as is_out)
from memory m anti join remembered r
    on (r.cell, r.n, r.k) = (m.cell, m.n, m.k) and r.value is not distinct from m.value
        and r.reason is not distinct from m.reason
