-- Where dossiers get late: steps past their own day, and dossiers whose due date passed while they lay in an office.
with
    counted as (
        select
            year(began_at) as began_year,
            unit_code,
            unit_level,
            department,
            count(*) as steps,
            count(*) filter (where is_late is not null) as steps_with_due,
            count(*) filter (where is_late) as late_steps,
            sum(elapsed_working_days) as elapsed_working_days,
            sum(waiting_working_days) as waiting_working_days,
            count(*) filter (where due_date_passed) as dossiers_late_here,
            count(*) filter (where due_date_passed and finished_date is null) as still_open
        from {{ ref("fct_steps") }}
        where phase <> 'done'
        group by year(began_at), unit_code, unit_level, department
    )
select
    began_year,
    {{ scope_columns() }},
    department,
    {% for column in [
        "steps",
        "steps_with_due",
        "late_steps",
        "elapsed_working_days",
        "waiting_working_days",
        "dossiers_late_here",
        "still_open",
    ] %}
        cast(sum({{ column }}) as bigint) as {{ column }}{{ "," if not loop.last }}
    {% endfor %}
from counted
group by {{ scope_sets(["began_year", "department"]) }}
