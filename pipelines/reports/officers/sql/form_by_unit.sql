-- Rows of form II.06a of a period: each unit, each level, the province. A unit that was not there in the period has a
-- row
-- where something counts for it only.
select
    h.scope,
    h.unit_level,
    h.unit_code,
    u.unit_name,
    h.received_total,
    h.received_online,
    h.received_direct,
    h.carried_over,
    h.resolved_total,
    h.resolved_early,
    h.resolved_on_time,
    h.resolved_overdue,
    h.open_total,
    h.open_in_time,
    h.open_overdue
from marts.handling_status h
join marts.dim_period p using (period_code)
left join marts.dim_unit u using (unit_code)
where
    h.period_code = $period_code
    and (
        h.scope <> 'unit'
        or h.received_total + h.resolved_total + h.open_total > 0
        or (coalesce(u.valid_to >= p.start_date, true) and coalesce(u.valid_from <= p.end_date, true))
    )
order by h.unit_code
