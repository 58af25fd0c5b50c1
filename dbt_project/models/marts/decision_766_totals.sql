-- Units of a level are ranked by the share that they reach of the points that are known for them, since not all have
-- the
-- same components.
with
    summed as (
        select
            period_code,
            scope,
            unit_code,
            unit_level,
            {{ points_sum("points") }} as known_points,
            {{ points_sum("case when points is not null then max_points end") }} as known_max,
            {{ points_sum("case when points_source = 'own' then points end") }} as own_points,
            {{ points_sum("case when points_source = 'own' then max_points end") }} as own_max,
            {{ points_sum("max_points") }} as max_points
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
