-- Form II.06a for the periods of the form and those of the score alone.
with
    unit_rows as (
        select u.*, coalesce(o.open_overdue, 0) as open_overdue
        from {{ ref("int_unit_period") }} u
        left join {{ ref("int_open_overdue") }} o using (unit_code, period_code)
    )
select period_code, {{ scope_columns() }}, {{ form_columns() }}
from unit_rows
group by {{ scope_sets(["period_code"]) }}
