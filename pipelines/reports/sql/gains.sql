-- Lost points of a subject in order of gain, with what so many further cases would win: no more than is lost, and
-- no more cases than count against.
select
    g.component,
    c.name_vi,
    c.name_en,
    g.indicator_code,
    g.rule,
    g.max_points,
    g.points,
    g.points_lost,
    g.cases_against,
    g.cases_to_full,
    g.points_per_case,
    g.can_still_rise,
    least(g.points_lost, g.points_per_case * least(coalesce($cases, g.cases_to_full), g.cases_against)) as points_won
from marts.decision_766_gains g
join marts.dim_period p using (period_code)
join
    marts.dim_score_component c
    on g.component = c.component
    and p.end_date between c.valid_from and coalesce(c.valid_to, date '9999-12-31')
where g.scope = $scope and g.unit_code = $unit_code and ($component is null or g.component = $component)
order by g.can_still_rise desc, points_won desc, g.component
