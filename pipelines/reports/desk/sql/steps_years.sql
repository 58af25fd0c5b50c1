-- How long people waited for all procedures together, and what their steps took, by year: that shown and the one
-- before.
select t.finished_year, t.dossiers, t.overdue, t.median_working_days, t.p90_working_days, s.*
from marts.handling_times t
left join
    (
        select
            finished_year as step_year,
            sum(elapsed_working_days) as working_days,
            sum(waiting_working_days) as waiting_days,
            count(distinct procedure_code) as procedures
        from marts.procedure_bottlenecks
        where scope = 'province'
        group by finished_year
    ) s
    on t.finished_year = s.step_year
where t.scope = 'province' and t.procedure_code is null and t.finished_year between $shown_year - 1 and $shown_year
order by t.finished_year desc
