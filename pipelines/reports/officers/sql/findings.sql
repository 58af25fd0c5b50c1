-- Rejected rows by unit, source and reason, over all deliveries.
select q.unit_code, u.unit_name, q.source, q.reason, cast(sum(q.row_count) as bigint) as row_count
from marts.quarantine_units q
left join marts.dim_unit u using (unit_code)
group by all
order by q.unit_code nulls last, row_count desc, q.source, q.reason
