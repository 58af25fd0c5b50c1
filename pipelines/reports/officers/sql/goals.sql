-- Goals of the plan that holds in a period, each with its figure of that period, that of the report period before it,
-- and the target that it is held against; without a figure the target of the goal's newest.
with
    this as (select * from marts.dim_period where period_code = $period_code),
    before as (
        select b.period_code
        from marts.dim_period b
        join this t on b.period_type = t.period_type and b.end_date < t.cut_date and year(b.end_date) = year(t.end_date)
        order by b.end_date desc
        limit 1
    ),
    figure as (
        -- The level as a goal names it: '*' is the province as a whole.
        select
            v.*,
            case v.scope when 'province' then '*' when 'level' then v.unit_level end as goal_level,
            v.period_code = $period_code as is_this
        from marts.indicator_values v
        where
            v.rule = 'plan'
            and v.period_code in (
                from this
                select period_code
                union all
                from before
                select period_code
            )
    ),
    valued as (
        select
            g.plan_year,
            g.goal_code,
            g.section,
            g.wording,
            -- What is counted, such as open datasets, has no denominator.
            n.value is not null and n.denominator is null as is_count,
            g.unit_level,
            g.lead_unit,
            n.numerator,
            n.denominator,
            n.value,
            case when n.value is null then g.target else n.target end as target,
            n.met,
            b.value as previous_value,
            coalesce(n.missing_source, case when n.indicator_code is null then g.missing_source end) as missing_source,
            n.is_provisional
        from marts.plan_scorecard g
        join this t on g.plan_year = year(t.end_date)
        left join figure n on n.is_this and g.indicator_code = n.indicator_code and g.unit_level = n.goal_level
        left join figure b on not b.is_this and g.indicator_code = b.indicator_code and g.unit_level = b.goal_level
    )
select
    *,
    value - previous_value as change,
    case
        when value is null then 'no_data' when target is null then 'tracked' when met then 'met' else 'not_met'
    end as standing
from valued
order by plan_year, goal_code
