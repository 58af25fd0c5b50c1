-- The form of a level is the sum of its units, the form of the province the sum of all units.
{{ config(meta={"dagster": {"ref": {"name": "handling_status"}}}) }}
with
    units as (
        select
            period_code,
            unit_level,
            sum(received_total) as received,
            sum(resolved_total) as resolved,
            sum(open_overdue) as late
        from {{ ref("handling_status") }}
        where scope = 'unit'
        group by grouping sets ((period_code, unit_level), (period_code))
    )
select h.period_code, h.scope, h.unit_level
from {{ ref("handling_status") }} h
join
    units u
    on h.period_code = u.period_code
    and (h.scope = 'level' and h.unit_level = u.unit_level or h.scope = 'province' and u.unit_level is null)
where (h.received_total, h.resolved_total, h.open_overdue) is distinct from (u.received, u.resolved, u.late)
