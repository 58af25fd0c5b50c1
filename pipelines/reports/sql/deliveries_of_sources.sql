-- Accepted files of the given sources.
select source, business_day, file_name, sha256, rows_accepted as rows_used
from marts.deliveries
where status = 'accepted' and list_contains(?, source)
order by all
