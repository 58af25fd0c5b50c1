-- Values of a goal in the cumulative periods (reports and the year) of its plan's year.
select
    g.plan_year,
    g.goal_code,
    p.period_code,
    p.end_date,
    p.cut_date,
    p.is_closed,
    v.numerator,
    v.denominator,
    v.value,
    v.target
from {{ source("registers", "goal") }} g
join {{ ref("dim_period") }} p on p.period_type in ('report', 'year') and year(p.end_date) = g.plan_year
join
    {{ ref("indicator_values") }} v
    on g.indicator_code = v.indicator_code
    and p.period_code = v.period_code
    and v.rule = 'plan'
    and (g.unit_level = '*' and v.scope = 'province' or v.scope = 'level' and v.unit_level = g.unit_level)
where v.value is not null
