-- What each bar is made of: the largest steps, all others together (`other`), and days in which the applicant was
-- waited
-- for (`waiting`), by the status that says so; null is a wait during a step of handling. The largest first.
with
    split as (
        select
            *,
            case when phase = 'waiting' then 0 else elapsed_working_days - waiting_working_days end as own_days,
            case when phase = 'waiting' then elapsed_working_days else waiting_working_days end as waited
        from marts.procedure_bottlenecks
        where scope = 'province' and finished_year = $shown_year and list_contains($codes, procedure_code)
    ),
    placed as (
        select
            *,
            row_number() over (
                partition by procedure_code order by own_days desc, department nulls last, status
            ) as place
        from split
        where own_days > 0
    ),
    part as (
        select
            procedure_code,
            'step' as kind,
            place,
            department,
            status,
            1 as kinds,
            own_days as days,
            finished_dossiers,
            steps,
            late_steps,
            median_working_days,
            p90_working_days
        from placed
        where place <= $segments
        union all
        select
            procedure_code,
            'other',
            $segments + 1,
            null,
            null,
            count(*),
            sum(own_days),
            any_value(finished_dossiers),
            sum(steps),
            sum(late_steps),
            null,
            null
        from placed
        where place > $segments
        group by procedure_code
        union all
        select
            procedure_code,
            'waiting',
            $segments + 2,
            null,
            case when phase = 'waiting' then status end,
            count(*),
            sum(waited),
            any_value(finished_dossiers),
            null,
            null,
            null,
            null
        from split
        where waited > 0
        group by procedure_code, case when phase = 'waiting' then status end
    )
select *, days / cast(finished_dossiers as double) as days_per_dossier
from part
order by procedure_code, place, days desc, status
