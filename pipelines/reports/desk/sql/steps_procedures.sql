-- Procedures whose steps took most working days in a year, the most first, with how long people waited in that year and
-- in the year before. One row per procedure.
with
    taken as (
        select
            procedure_code,
            sum(elapsed_working_days) as working_days,
            sum(waiting_working_days) as waiting_days,
            sum(rework_steps) as rework_steps
        from marts.procedure_bottlenecks
        where scope = 'province' and finished_year = $shown_year
        group by procedure_code
        order by working_days desc, procedure_code
        limit $procedures
    )
select
    s.*,
    coalesce(p.procedure_name, s.procedure_code) as procedure_name,
    t.dossiers,
    t.overdue,
    t.median_working_days,
    t.p90_working_days,
    b.median_working_days as median_before,
    b.p90_working_days as p90_before
from taken s
left join marts.dim_procedure p using (procedure_code)
left join
    marts.handling_times t
    on t.scope = 'province'
    and t.finished_year = $shown_year
    and s.procedure_code = t.procedure_code
left join
    marts.handling_times b
    on b.scope = 'province'
    and b.finished_year = $shown_year - 1
    and s.procedure_code = b.procedure_code
order by s.working_days desc, s.procedure_code
