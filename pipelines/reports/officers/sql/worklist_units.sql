-- How many open dossiers of each unit stand how.
select
    w.unit_code,
    u.unit_name,
    count(*) as open,
    count(*) filter (where w.category = 'overdue') as overdue,
    count(*) filter (where w.category = 'due_today') as due_today,
    count(*) filter (where w.category = 'due_soon') as due_soon,
    count(*) filter (where w.category = 'waiting_long') as waiting_long,
    count(*) filter (where w.category = 'paused') as paused,
    count(*) filter (where w.category = 'no_due_date') as no_due_date,
    count(*) filter (where w.category = 'in_time') as in_time,
    count(*) filter (where w.portal <> 'agrees') as disagreeing,
    count(w.portal) > 0 as has_portal,
    count(*) filter (where w.action = 'finish_and_apologise') as without_letter
from marts.worklist w
join marts.dim_unit u using (unit_code)
group by all
order by w.unit_code
