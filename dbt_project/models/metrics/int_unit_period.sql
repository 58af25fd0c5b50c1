select
    p.period_code,
    e.unit_code,
    u.unit_level,
    {% for event in [
        "received",
        "received_online",
        "resolved",
        "resolved_early",
        "resolved_on_time",
        "resolved_overdue",
        "resolved_in_time_766",
        "resolved_unknown_766",
    ] %}
        cast(coalesce(sum(e.{{ event }}) filter (where e.event_date >= p.start_date), 0) as bigint) as {{ event }},
    {% endfor %}
    cast(
        coalesce(sum(e.received - e.resolved) filter (where e.event_date < p.start_date), 0) as bigint
    ) as carried_over,
    cast(sum(e.received - e.resolved) as bigint) as open_total
from {{ ref("dim_score_period") }} p
join {{ ref("int_unit_day") }} e on e.event_date <= p.cut_date and p.cut_date between e.cut_from and e.cut_to
join {{ ref("stg_unit") }} u using (unit_code)
group by p.period_code, e.unit_code, u.unit_level
