-- Files and rows per source.
select
    source,
    count(*) filter (where status = 'accepted'),
    count(*) filter (where status = 'refused'),
    sum(rows_in),
    sum(rows_accepted),
    sum(rows_superseded),
    sum(rows_rejected)
from marts.deliveries
group by source
order by source
