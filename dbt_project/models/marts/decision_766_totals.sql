-- Units of a level are ranked by the share that they reach of the points that are known for them, since not all
-- have the same components. Points are fractions: in one order, so that the same points have the same sum to the
-- last bit.
with
    summed as (
        select
            period_code,
            scope,
            unit_code,
            unit_level,
            coalesce(sum(points order by component), 0) as known_points,
            coalesce(sum(max_points order by component) filter (where points is not null), 0) as known_max,
            coalesce(sum(points order by component) filter (where points_source = 'own'), 0) as own_points,
            coalesce(sum(max_points order by component) filter (where points_source = 'own'), 0) as own_max,
            sum(max_points order by component) as max_points
        from {{ ref("decision_766_score") }}
        group by period_code, scope, unit_code, unit_level
    ),
    shared as (select *, known_points / nullif(known_max, 0) as reached_share from summed)
select
    s.*,
    case
        when s.scope = 'unit' and s.reached_share is not null
        then
            rank() over (
                partition by s.period_code, s.scope, s.unit_level order by round(s.reached_share, 9) desc nulls last
            )
    end as unit_rank,
    case
        when s.scope = 'unit' then count(s.reached_share) over (partition by s.period_code, s.scope, s.unit_level)
    end as units_ranked,
    b.known_points as points_before,
    case when abs(s.known_max - b.known_max) < 1e-9 then s.known_points - b.known_points end as points_change
from shared s
left join {{ ref("int_score_before") }} p using (period_code)
left join
    summed b
    on p.period_before = b.period_code
    and (s.scope, s.unit_code, s.unit_level) = (b.scope, b.unit_code, b.unit_level)
