-- Steps of each unit's procedures in the newest year in which handling ended, the procedure that took most days first,
-- and of each its longest step first; with how long people waited, and how many rows there are of the unit.
with
    newest as (
        select max(finished_year) as finished_year
        from marts.handling_times
        where scope = 'province' and procedure_code is null and finished_year <= year($as_of)
    ),
    step as (
        select *, sum(elapsed_working_days) over (partition by unit_code, procedure_code) as procedure_days
        from marts.procedure_bottlenecks
        join newest using (finished_year)
        where scope = 'unit'
    ),
    ranked as (
        select *, row_number() over in_order as place, count(*) over (partition by unit_code) as rows_of_unit
        from step
        window
            in_order as (
                partition by unit_code
                order by procedure_days desc, procedure_code, elapsed_working_days desc, department nulls last, status
            )
    )
select
    r.*,
    coalesce(p.procedure_name, r.procedure_code) as procedure_name,
    t.median_working_days as wait_median,
    t.p90_working_days as wait_p90
from ranked r
left join marts.dim_procedure p using (procedure_code)
left join
    marts.handling_times t
    on t.scope = 'unit'
    and r.finished_year = t.finished_year
    and r.procedure_code = t.procedure_code
    and r.unit_code = t.unit_code
where r.place <= $steps
order by r.unit_code, r.place
