-- A goal is held against the target of the figure it shows; without a figure, against that of the end of its year.
with
    target as (
        select
            t.indicator_code, t.unit_level, t.target, t.valid_from, coalesce(t.valid_to, date '9999-12-31') as valid_to
        from {{ source("registers", "target") }} t
        where t.rule = 'plan'
    ),
    stated as (
        select
            g.*,
            case when n.period_code is null then t.target else n.target end as target,
            n.period_code,
            n.is_closed,
            n.numerator,
            n.denominator,
            n.value,
            p.period_code as previous_period_code,
            p.value as previous_value,
            n.value - p.value as change,
            case when i.direction = 'down' then n.value <= n.target else n.value >= n.target end as met,
            case when i.direction = 'down' then p.value - n.value else n.value - p.value end as gain,
            u.missing_source
        from {{ source("registers", "goal") }} g
        left join
            target t
            on g.indicator_code = t.indicator_code
            and t.unit_level in (g.unit_level, '*')
            and make_date(g.plan_year, 12, 31) between t.valid_from and t.valid_to
        left join {{ ref("int_goal_newest") }} n using (plan_year, goal_code)
        left join {{ ref("int_goal_previous") }} p using (plan_year, goal_code)
        left join
            {{ source("registers", "indicator") }} i
            on g.indicator_code = i.indicator_code
            and i.rule = 'plan'
            and coalesce(n.end_date, make_date(g.plan_year, 12, 31))
            between i.valid_from and coalesce(i.valid_to, date '9999-12-31')
        left join {{ ref("int_goal_undelivered") }} u using (plan_year, goal_code)
    )
select
    plan_year,
    goal_code,
    section,
    wording,
    indicator_code,
    unit_level,
    lead_unit,
    target,
    period_code,
    is_closed,
    numerator,
    denominator,
    value,
    previous_period_code,
    previous_value,
    change,
    case when gain > 0 then 'better' when gain < 0 then 'worse' when gain = 0 then 'same' end as trend,
    met,
    {{ goal_standing("no_data", "tracked", "met", "not_met") }} as standing,
    {{ goal_standing("chưa có số liệu", "theo dõi", "đạt", "chưa đạt") }} as standing_vi,
    missing_source
from stated
