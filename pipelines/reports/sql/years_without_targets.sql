-- Years after the first plan that have values, but no target under rule `plan`.
with
    years as (
        select year(p.end_date) as plan_year, count(v.value) as value_count, count(v.target) as target_count
        from marts.indicator_values v
        join marts.dim_period p using (period_code)
        where v.rule = 'plan'
        group by plan_year
    )
select plan_year, value_count, (select count(*) from marts.plan_scorecard g where g.plan_year = y.plan_year)
from years y
where value_count > 0 and target_count = 0 and plan_year > (select min(plan_year) from marts.plan_scorecard)
order by plan_year
