-- Units that have ended by the as-of day, with the first day after their end and the unit that takes over: the only
-- successor in the register, of several the main one; without one, the nearest parent that outlives the unit.
with recursive
    latest as (
        select old_unit_code as unit_code, max(changed_on) as changed_on
        from {{ source("registers", "unit_change") }}
        group by old_unit_code
    ),
    named as (
        select
            l.unit_code,
            l.changed_on,
            coalesce(
                max(k.unit_code) filter (where c.is_main = '1'),
                case when count(c.new_unit_code) = 1 then max(k.unit_code) end
            ) as successor_code
        from latest l
        join {{ source("registers", "unit_change") }} c on l.unit_code = c.old_unit_code and l.changed_on = c.changed_on
        left join {{ ref("stg_unit") }} k on c.new_unit_code = k.unit_code
        group by l.unit_code, l.changed_on
    ),
    ended as (
        select
            u.unit_code,
            u.parent_unit_code,
            coalesce(cast(u.valid_to + interval 1 day as date), n.changed_on) as ended_on,
            n.successor_code
        from {{ ref("stg_unit") }} u
        left join named n using (unit_code)
        -- The province itself ends in nobody; one that became part of it does.
        where u.unit_code <> (select province_code from {{ source("registers", "run") }})
    ),
    above as (
        select unit_code, ended_on, parent_unit_code as above_code, 1 as steps
        from ended
        where ended_on is not null and parent_unit_code is not null
        union all
        select a.unit_code, a.ended_on, e.parent_unit_code, a.steps + 1
        from above a
        join ended e on a.above_code = e.unit_code and e.parent_unit_code is not null
        -- Units in a circle are rejected before; should one ever get here, the walk ends all the same.
        where a.steps < (select count(*) from ended)
    ),
    outliving as (
        select a.unit_code, {{ at_largest("a.above_code", "-a.steps") }} as above_code
        from above a
        left join ended e on a.above_code = e.unit_code
        where e.ended_on is null or e.ended_on > a.ended_on
        group by a.unit_code
    )
select
    e.unit_code,
    e.ended_on,
    e.successor_code is not null as has_successor,
    coalesce(e.successor_code, o.above_code, r.province_code) as next_unit_code
from ended e
left join outliving o using (unit_code)
cross join {{ source("registers", "run") }} r
where e.ended_on <= r.as_of
