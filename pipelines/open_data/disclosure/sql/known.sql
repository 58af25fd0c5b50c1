-- Bounds that earlier vintages give for the same set of cases. A cell that was hidden for others stays hidden.
create or replace table known as
select cell, n, k, max(shown_low(value, reason)) as low, min(shown_high(value, reason)) as high
from memory
group by cell, n, k;
insert into hidden_too
select distinct m.cell from memory m join cell c on (c.cell, c.n_out, c.k_out) = (m.cell, m.n, m.k)
where m.reason = 's' and not c.is_frozen
on conflict do nothing
