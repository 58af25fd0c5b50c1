-- Dossiers per unit that are counted in spite of a defect.
with
    handled as (
        select
            unit_code,
            count(*) as dossiers,
            count(*) filter (where due_date is null) as no_due_date,
            count(*) filter (where due_date < received_date) as due_before_received,
            count(*) filter (where newer_state_rejected) as newer_rejected,
            count(*) filter (where handling_unit_unknown) as handler_unknown
        from fct_timeliness
        group by unit_code
    ),
    results as (
        select unit_code, count(*) filter (where has_result_file and not has_own_result_file) as input_as_result
        from fct_digitisation
        group by unit_code
    )
select
    u.unit_code,
    u.unit_name,
    u.unit_level,
    coalesce(dossiers, 0),
    coalesce(no_due_date, 0),
    coalesce(due_before_received, 0),
    coalesce(newer_rejected, 0),
    coalesce(input_as_result, 0),
    coalesce(handler_unknown, 0)
from dim_unit u
left join handled using (unit_code)
left join results using (unit_code)
order by u.unit_code
