-- What a unit has to do something about: late, due, waiting for long, or otherwise on the portal. The most urgent
-- first.
select w.*, r.unit_name as receiving_unit_name, p.procedure_name
from marts.worklist w
left join marts.dim_unit r on w.receiving_unit_code = r.unit_code
left join marts.dim_procedure p using (procedure_code)
where w.category in ('overdue', 'due_today', 'due_soon', 'waiting_long') or w.portal <> 'agrees'
order by w.unit_code, w.priority, w.working_days_left, w.due_date, w.dossier_code
