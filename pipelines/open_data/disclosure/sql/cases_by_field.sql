-- Cases by field, level and month, without sensitive procedures.
insert into case_in
select 'linh-vuc', whole, 'field', field, unit_level, period_code, counts, key
from event
join procedure using (procedure_code)
join field_level using (field, unit_level)
join period_day using (day)
join period using (period_code)
where period_type = 'month' and not is_sensitive
