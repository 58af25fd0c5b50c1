-- Rows of form II.06a of a period by level and field; a field without a name is null.
select
    d.unit_level,
    p.field_name,
    count(*) as received_total,
    count(*) filter (where d.received_as = 'received_online') as received_online,
    count(*) filter (where d.received_as = 'received_direct') as received_direct,
    count(*) filter (where d.received_as = 'carried_over') as carried_over,
    count(*) filter (where starts_with(d.ended_as, 'resolved_')) as resolved_total,
    count(*) filter (where d.ended_as = 'resolved_early') as resolved_early,
    count(*) filter (where d.ended_as = 'resolved_on_time') as resolved_on_time,
    count(*) filter (where d.ended_as = 'resolved_overdue') as resolved_overdue,
    count(*) filter (where starts_with(d.ended_as, 'open_')) as open_total,
    count(*) filter (where d.ended_as = 'open_in_time') as open_in_time,
    count(*) filter (where d.ended_as = 'open_overdue') as open_overdue
from ({{ dossiers }}) d
left join marts.dim_procedure p using (procedure_code)
group by d.unit_level, p.field_name
order by p.field_name nulls last
