select
    period_code,
    scope,
    unit_code,
    unit_level,
    group_code,
    case when count(points) = count(*) then sum(points) end as score,
    coalesce(sum(points), 0) as known_points,
    coalesce(sum(max_points) filter (where points is not null), 0) as known_max,
    sum(max_points) as max_points
from {{ ref("decision_766_points") }}
group by period_code, scope, unit_code, unit_level, group_code
