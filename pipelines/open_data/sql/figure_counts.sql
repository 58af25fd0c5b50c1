-- Counts of cells for the audit: all, shown, small, hidden for others.
select
    count(*) as cells,
    count(value) as shown,
    count(*) filter (where reason = 'c') as small,
    count(*) filter (where reason = 's') as hidden_too
from figure
