-- The value before the newest: that of the last period closed before the newest one's cut.
with
    ranked as (
        select
            v.*,
            row_number() over (partition by v.plan_year, v.goal_code order by v.end_date desc, v.period_code) as nth
        from {{ ref("int_goal_value") }} v
        join {{ ref("int_goal_newest") }} n using (plan_year, goal_code)
        where v.is_closed and v.end_date < n.cut_date
    )
select *
from ranked
where nth = 1
