select
    period_code,
    scope,
    unit_code,
    unit_level,
    group_code,
    case when count(points) = count(*) then {{ points_sum("points") }} end as score,
    {{ points_sum("points") }} as known_points,
    {{ points_sum("case when points is not null then max_points end") }} as known_max,
    {{ points_sum("max_points") }} as max_points
from {{ ref("decision_766_points") }}
group by period_code, scope, unit_code, unit_level, group_code
