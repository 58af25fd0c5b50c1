-- The way of each dossier whose handling has ended as one number: its statuses are digits to the base 16, the first
-- step the
-- last digit. A sum needs no order, where a joined text would hold and sort all steps. Digit 15 is a status that is not
-- known; of more than 30 steps the first 30 count.
select
    dossier_code,
    procedure_code,
    unit_code,
    unit_level,
    year(finished_date) as finished_year,
    least(count(*), 30) as steps,
    sum(elapsed_working_days) as working_days,
    sum(
        cast(case when try_cast(status as integer) between 1 and 10 then cast(status as integer) else 15 end as hugeint)
        * cast(pow(16, step_number - 1) as hugeint)
    ) filter (where step_number <= 30) as path
from {{ ref("fct_steps") }}
where finished_date is not null
group by dossier_code, procedure_code, unit_code, unit_level, year(finished_date)
