-- Dossiers that are late in a period: resolved after their due day, or open past it at the cut. Open ones first.
select
    d.unit_code,
    u.unit_name,
    d.dossier_code,
    d.procedure_code,
    p.procedure_name,
    p.field_name,
    d.received_date,
    d.due_date,
    d.finished_date,
    d.days_late,
    d.apologised_date
from ({{ dossiers }}) d
join marts.dim_unit u using (unit_code)
left join marts.dim_procedure p using (procedure_code)
where d.ended_as in ('resolved_overdue', 'open_overdue')
order by d.ended_as, d.unit_code, d.days_late desc, d.dossier_code
limit $most
