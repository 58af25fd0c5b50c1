-- Provinces by the points that the portal shows of them on a day; compared as shares, since not all components may have
-- been delivered of each.
with
    summed as (
        select
            g.portal_date,
            g.unit_code as province_code,
            {{ points_sum("g.points") }} as points,
            {{ points_sum("g.max_points") }} as max_points,
            count(g.points) as component_count
        from {{ ref("stg_portal_points") }} g
        cross join {{ ref("dim_run") }} r
        where g.unit_code = r.province_code or g.unit_code not in (select unit_code from {{ ref("stg_unit") }})
        group by g.portal_date, g.unit_code
    )
select
    s.*,
    s.province_code = r.province_code as is_own,
    rank() over (
        partition by s.portal_date order by round(s.points / nullif(s.max_points, 0), 9) desc
    ) as province_rank,
    count(*) over (partition by s.portal_date) as provinces_ranked
from summed s
cross join {{ ref("dim_run") }} r
where s.component_count > 0 and s.max_points > 0
