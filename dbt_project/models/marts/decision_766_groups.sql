-- Points are fractions: in one order, so that the same points have the same sum to the last bit.
select
    period_code,
    scope,
    unit_code,
    unit_level,
    group_code,
    case when count(points) = count(*) then sum(points order by component) end as score,
    coalesce(sum(points order by component), 0) as known_points,
    coalesce(sum(max_points order by component) filter (where points is not null), 0) as known_max,
    sum(max_points order by component) as max_points
from {{ ref("decision_766_points") }}
group by period_code, scope, unit_code, unit_level, group_code
