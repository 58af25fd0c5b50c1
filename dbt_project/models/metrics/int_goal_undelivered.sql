-- What a goal's indicator lacks in its plan's year or, where no period of that has begun, in the year next to it.
select
    g.plan_year,
    g.goal_code,
    {{ newest_of("u.missing_source", ["dayofyear(p.end_date) - abs(year(p.end_date) - g.plan_year) * 1000"]) }}
    as missing_source
from {{ source("registers", "goal") }} g
cross join {{ ref("int_period") }} p
left join
    {{ ref("int_undelivered") }} u
    on g.indicator_code = u.indicator_code
    and u.rule = 'plan'
    and p.period_code = u.period_code
group by g.plan_year, g.goal_code
