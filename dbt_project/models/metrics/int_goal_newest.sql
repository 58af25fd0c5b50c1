-- The newest value of each goal: that of the period that reaches furthest, of equal ones the next to be reported.
with
    ranked as (
        select
            *,
            row_number() over (partition by plan_year, goal_code order by cut_date desc, end_date, period_code) as nth
        from {{ ref("int_goal_value") }}
    )
select *
from ranked
where nth = 1
