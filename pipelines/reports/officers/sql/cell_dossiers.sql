-- Dossiers behind one cell of form II.06a: those of a unit, a level or the province in some of its columns.
select
    d.dossier_code,
    d.unit_code,
    d.procedure_code,
    d.received_date,
    d.due_date,
    d.finished_date,
    d.received_as,
    d.ended_as
from ({{ dossiers }}) d
where (list_contains($columns, d.received_as) or list_contains($columns, d.ended_as)) and {{ in_scope }}
order by d.dossier_code
limit $most
