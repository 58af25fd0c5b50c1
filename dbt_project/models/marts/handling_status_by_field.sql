-- Form II.06a by field of procedures; rows in which nothing came, ended or lay open are left out.
with
    overdue as (
        select
            o.period_code,
            o.unit_code,
            coalesce(p.field_code, '') as field_code,
            count(*) filter (where o.is_overdue) as open_overdue
        from {{ ref("fct_open_late") }} o
        join {{ ref("dim_procedure") }} p using (procedure_code)
        group by o.period_code, o.unit_code, coalesce(p.field_code, '')
    ),
    unit_rows as (
        select f.*, coalesce(o.open_overdue, 0) as open_overdue
        from {{ ref("int_field_period") }} f
        left join overdue o using (period_code, unit_code, field_code)
        where f.received > 0 or f.carried_over > 0 or f.resolved > 0 or f.open_total > 0
    )
select period_code, {{ scope_columns() }}, nullif(field_code, '') as field_code, {{ form_columns() }}
from unit_rows
group by {{ scope_sets(["period_code", "field_code"]) }}
