-- The definition that holds on the as-of day; where none has begun or all have ended, the nearest. Who leads is said by
-- the newest plan, of the as-of year at the latest, that has the indicator among its goals.
with
    need as (
        select indicator_code, rule, {{ joined_in_order("source", "source", ", ") }} as sources
        from {{ source("registers", "indicator_need") }}
        group by indicator_code, rule
    ),
    lead as (
        select g.indicator_code, {{ newest_of("g.lead_unit", ["g.plan_year"]) }} as lead_unit
        from {{ source("registers", "goal") }} g
        join {{ source("registers", "run") }} r on g.plan_year <= year(r.as_of)
        where g.indicator_code is not null
        group by g.indicator_code
    ),
    held as (
        select i.*
        from {{ source("registers", "indicator") }} i
        cross join {{ source("registers", "run") }} r
        qualify
            row_number() over (
                partition by i.indicator_code, i.rule
                order by i.valid_from <= r.as_of desc, abs({{ days_between("i.valid_from", "r.as_of") }})
            )
            = 1
    )
select h.{{ all_but(["computed", "case_of"]) }}, l.lead_unit, n.sources
from held h
left join lead l using (indicator_code)
left join need n using (indicator_code, rule)
