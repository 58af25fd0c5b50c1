-- Form II.06a for the periods of the form and those of the score alone.
with
    unit_rows as (
        select u.*, u.received - u.received_online as received_direct, coalesce(o.open_overdue, 0) as open_overdue
        from {{ ref("int_unit_period") }} u
        left join {{ ref("int_open_overdue") }} o using (unit_code, period_code)
    )
select
    period_code,
    {{ scope_columns() }},
    {% for column, value in [
        ("received_total", "received_online + received_direct + carried_over"),
        ("received_online", "received_online"),
        ("received_direct", "received_direct"),
        ("carried_over", "carried_over"),
        ("resolved_total", "resolved"),
        ("resolved_early", "resolved_early"),
        ("resolved_on_time", "resolved_on_time"),
        ("resolved_overdue", "resolved_overdue"),
        ("open_total", "open_total"),
        ("open_in_time", "open_total - open_overdue"),
        ("open_overdue", "open_overdue"),
    ] %}
        cast(sum({{ value }}) as bigint) as {{ column }}{{ "," if not loop.last }}
    {% endfor %}
from unit_rows
group by {{ scope_sets(["period_code"]) }}
