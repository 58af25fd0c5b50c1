-- Rejected rows of the newest day of some sources: unit, source, reason, count.
select coalesce(u.unit_name, q.unit_code, '–') as unit, q.source, q.reason, sum(q.row_count)
from marts.quarantine_units q
join marts.source_freshness f on q.source = f.source and q.business_day = f.newest_day
left join marts.dim_unit u on q.unit_code = u.unit_code
where q.source in (select unnest($sources))
group by all
order by all
