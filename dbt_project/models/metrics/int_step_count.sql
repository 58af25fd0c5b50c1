-- Steps of dossiers whose handling has ended, counted by their length, so that ranks need no list of all steps.
with
    counted as (
        select
            year(finished_date) as finished_year,
            procedure_code,
            unit_code,
            unit_level,
            department,
            status,
            phase,
            elapsed_working_days,
            count(*) as steps,
            sum(waiting_working_days) as waiting,
            count(*) filter (where is_rework) as rework_steps,
            count(*) filter (where is_late) as late_steps
        from {{ ref("fct_steps") }}
        where finished_date is not null and phase <> 'done' and elapsed_working_days is not null
        group by 1, 2, 3, 4, 5, 6, 7, 8
    )
select
    finished_year,
    procedure_code,
    {{ scope_columns() }},
    department,
    status,
    phase,
    elapsed_working_days,
    cast(sum(steps) as bigint) as steps,
    cast(sum(waiting) as bigint) as waiting,
    cast(sum(rework_steps) as bigint) as rework_steps,
    cast(sum(late_steps) as bigint) as late_steps
from counted
group by {{ scope_sets(["finished_year", "procedure_code", "department", "status", "phase", "elapsed_working_days"]) }}
