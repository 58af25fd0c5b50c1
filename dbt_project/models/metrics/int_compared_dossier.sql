-- What the risk of open dossiers is taken from: those with a due day that were finished in the register's last days, by
-- how many working days were left to it on the day of the finish. Each counts for the unit that answers today.
with
    finished as (
        select
            t.procedure_code,
            coalesce(a.answering_code, t.unit_code) as unit_code,
            due.working_day_number - ended.working_day_number as working_days_left,
            t.outcome = 'overdue' as is_late
        from {{ ref("fct_timeliness") }} t
        join {{ source("registers", "run") }} r on t.finished_date <= r.as_of
        join {{ source("registers", "work_limit") }} l on {{ days_between("t.finished_date", "r.as_of") }} < l.risk_days
        join {{ ref("dim_calendar") }} due on t.due_date = due.calendar_date
        join {{ ref("dim_calendar") }} ended on t.finished_date = ended.calendar_date
        left join
            {{ ref("int_unit_answering") }} a on t.unit_code = a.unit_code and r.as_of between a.from_date and a.to_date
    )
select
    procedure_code,
    unit_code,
    unit_level,
    working_days_left,
    count(*) filter (where is_late) as late,
    count(*) filter (where not is_late) as in_time
from finished
join {{ ref("dim_unit") }} using (unit_code)
group by procedure_code, unit_code, unit_level, working_days_left
