-- Units with something open, the worst first, with their points and their rank in their level. One row per unit.
with
    counted as (
        select
            unit_code,
            count(*) as open,
            count(*) filter (where category = 'overdue') as overdue,
            count(*) filter (where category = 'due_today') as due_today,
            count(*) filter (where category = 'due_soon') as due_soon,
            count(*) filter (where portal <> 'agrees') as disagreeing,
            count(*) filter (where category = 'waiting_long') as waiting_long,
            count(*) filter (where category = 'paused') as paused,
            count(*) filter (where category = 'no_due_date') as no_due_date,
            count(*) filter (where category = 'in_time') as in_time
        from marts.worklist
        group by unit_code
    )
select c.*, u.unit_name, t.known_points, t.known_max, t.unit_rank, t.units_ranked
from counted c
join marts.dim_unit u using (unit_code)
left join marts.decision_766_totals t on t.scope = 'unit' and t.period_code = $year_code and c.unit_code = t.unit_code
order by overdue desc, due_today desc, due_soon desc, disagreeing desc, waiting_long desc, unit_code
