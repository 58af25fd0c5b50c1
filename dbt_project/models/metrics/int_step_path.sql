-- The way of each dossier whose handling has ended as one number: statuses are digits to the base 16, the first step
-- the last. A sum needs no order, where a joined text would hold and sort all steps. Digit 15 is a status that is not
-- known; of more than 30 steps the first 30 count.
with
    digit as (
        select
            *,
            case
                when status in ('1', '2', '3', '4', '5', '6', '7', '8', '9', '10')
                then cast(status as {{ large_integer() }})
                else 15
            end as code
        from {{ ref("fct_steps") }}
        where finished_date is not null
    )
select
    dossier_code,
    procedure_code,
    unit_code,
    unit_level,
    year(finished_date) as finished_year,
    least(count(*), 30) as steps,
    sum(elapsed_working_days) as working_days,
    sum(code * cast(pow(16, step_number - 1) as {{ large_integer() }})) filter (where step_number <= 30) as path
from digit
group by dossier_code, procedure_code, unit_code, unit_level, year(finished_date)
