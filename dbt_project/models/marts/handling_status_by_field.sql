-- Form II.06a by field of procedures; rows in which nothing came, ended or lay open are left out. A field without a
-- code in the list goes by its name.
with
    named as (
        select
            coalesce(field_code, field_name, '') as field, min(field_code) as field_code, min(field_name) as field_name
        from {{ ref("dim_procedure") }}
        group by coalesce(field_code, field_name, '')
    ),
    overdue as (
        select
            o.period_code,
            o.unit_code,
            coalesce(p.field_code, p.field_name, '') as field,
            count(*) filter (where o.is_overdue) as open_overdue
        from {{ ref("fct_open_late") }} o
        join {{ ref("dim_procedure") }} p using (procedure_code)
        group by o.period_code, o.unit_code, coalesce(p.field_code, p.field_name, '')
    ),
    unit_rows as (
        select f.*, n.field_code, n.field_name, coalesce(o.open_overdue, 0) as open_overdue
        from {{ ref("int_field_period") }} f
        join named n using (field)
        left join overdue o using (period_code, unit_code, field)
        where f.received > 0 or f.carried_over > 0 or f.resolved > 0 or f.open_total > 0
    )
select period_code, {{ scope_columns() }}, field_code, field_name, {{ form_columns() }}
from unit_rows
group by {{ scope_sets(["period_code", "field_code", "field_name"]) }}
