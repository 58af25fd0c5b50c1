-- Our own points where the sources give them, else those that the portal shows: its newest day within a period that
-- runs from 1 January.
with
    theirs as (
        select p.period_code, case when g.unit_code = r.province_code then 'province' else 'unit' end as scope, g.*
        from {{ ref("stg_portal_points") }} g
        cross join {{ ref("dim_run") }} r
        join {{ ref("dim_score_period") }} p on p.is_to_date and g.portal_date between p.start_date and p.cut_date
        qualify row_number() over (partition by p.period_code, g.unit_code, g.component order by g.portal_date desc) = 1
    )
select
    period_code,
    scope,
    unit_code,
    o.unit_level,
    o.group_code,
    component,
    o.max_points,
    o.numerator,
    o.denominator,
    o.points as own_points,
    t.portal_date,
    t.numerator as portal_numerator,
    t.denominator as portal_denominator,
    t.points as portal_points,
    -- Without a portal's figure least() would give the most points.
    coalesce(o.points, case when t.points is not null then least(t.points, o.max_points) end) as points,
    case when o.points is not null then 'own' when t.points is not null then 'portal' end as points_source,
    case when o.points is null and t.points is null then o.missing_source end as missing_source
from {{ ref("int_score_point") }} o
left join theirs t using (period_code, scope, unit_code, component)
