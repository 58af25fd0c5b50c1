-- Cases received by procedure and year, for the province.
insert into case_in
select 'thu-tuc', whole, 'procedure', procedure_code, root_level(), period_code, false, key
from event join procedure using (procedure_code) join period_day using (day) join period using (period_code)
where whole = 'received' and period_type = 'year'
