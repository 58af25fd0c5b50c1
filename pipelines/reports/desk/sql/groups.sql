-- Points of the province by group. One row per group.
select
    group_code,
    coalesce(sum(points order by component), 0) as known_points,
    coalesce(sum(max_points) filter (where points is not null), 0) as known_max,
    sum(max_points) as max_points
from marts.decision_766_score
where scope = 'province' and period_code = $year_code
group by group_code
