-- A report belongs to the newest plan, of the year of the report at the latest, that has its task; a report made before
-- all of them to the first.
with
    planned as (
        select
            r.task_code,
            r.reported_date,
            coalesce(
                max(t.plan_year) filter (where t.plan_year <= year(r.reported_date)), min(t.plan_year)
            ) as plan_year
        from {{ ref("stg_task_report") }} r
        join {{ source("registers", "task") }} t using (task_code)
        group by r.task_code, r.reported_date
    )
select p.plan_year, r.task_code, r.reported_date, r.standing, r.share_done
from {{ ref("stg_task_report") }} r
join planned p using (task_code, reported_date)
