-- Days that are missing, or unusual in their number of rows.
select source, business_day, standing, rows_in, usual_rows
from delivery_days
where standing in ('missing', 'low', 'high', 'empty')
order by business_day desc, source
