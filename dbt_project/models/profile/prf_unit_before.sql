-- Each unit's count now and in the previous deliveries of the same kind. Counts of a unit that has a successor by then
-- are added to the successor, now and before; a unit that has ended without one is marked. Measures of a unit's own
-- rows (late and other_prefix) are not compared across a succession; nothing is across one on a day on which units were
-- abolished without successor, since it is not known to whom their tasks went.
with
    nths as (
        select source, business_day, row_number() over (partition by source, kind order by business_day) as nth, kind
        from {{ ref("prf_day") }}
    ),
    compared as (
        select t.source, t.business_day, e.business_day as other_day, e.business_day = t.business_day as is_now
        from nths t
        cross join {{ source("registers", "unit_bound") }} b
        join nths e on t.source = e.source and t.kind = e.kind and e.nth between t.nth - b.compared and t.nth
    ),
    successor as (
        select
            old_unit_code as unit_code,
            min(changed_on) as changed_on,
            coalesce(
                max(new_unit_code) filter (where is_main = '1'),
                case when count(new_unit_code) = 1 then max(new_unit_code) end
            ) as next_unit_code
        from {{ source("registers", "unit_change") }}
        group by old_unit_code
    ),
    spread as (select distinct changed_on from {{ source("registers", "unit_change") }} where new_unit_code is null),
    counts as (
        select
            c.source,
            c.business_day,
            c.is_now,
            c.other_day,
            p.measure,
            case
                when s.changed_on <= c.business_day then coalesce(s.next_unit_code, p.unit_code) else p.unit_code
            end as unit_code,
            p.x,
            p.n
        from compared c
        join {{ ref("prf_unit") }} p on c.source = p.source and c.other_day = p.business_day
        left join successor s using (unit_code)
        -- Before an approved new level nothing is compared.
        left join
            {{ source("registers", "override") }} o
            on o.hold = 'unit'
            and o.effect = 'level'
            and o.source = c.source
            and o.measure = p.measure
            and o.unit_code = p.unit_code
            and o.business_day <= c.business_day
            and o.business_day > c.other_day
        where
            o.unit_code is null
            and not exists (
                select 1
                from successor j
                left join spread t using (changed_on)
                where
                    (
                        p.measure in ('late', 'other_prefix')
                        and p.unit_code in (j.unit_code, j.next_unit_code)
                        or t.changed_on is not null
                        and (
                            p.unit_code in (j.unit_code, j.next_unit_code)
                            or s.next_unit_code in (j.unit_code, j.next_unit_code)
                        )
                    )
                    and j.changed_on <= c.business_day
                    and j.changed_on > c.other_day
            )
    ),
    -- The measures of a part of the province have one n a day, those of a unit's own rows one a unit.
    days as (select source, business_day, measure, other_day, is_now, max(n) as n from counts group by all),
    provinces as (
        select
            source,
            business_day,
            measure,
            sum(n) filter (where is_now) as n,
            sum(n) filter (where not is_now) as n_before,
            count(*) filter (where not is_now) as days_before
        from days
        group by source, business_day, measure
    ),
    units as (
        select
            source,
            business_day,
            measure,
            unit_code,
            coalesce(sum(x) filter (where is_now), 0) as x,
            coalesce(sum(x) filter (where not is_now), 0) as x_before,
            coalesce(sum(n) filter (where is_now), 0) as own_n,
            coalesce(sum(n) filter (where not is_now), 0) as own_n_before,
            count(distinct other_day) filter (where not is_now) as days
        from counts
        group by source, business_day, measure, unit_code
    )
select
    u.source,
    u.business_day,
    u.measure,
    u.unit_code,
    u.x,
    u.x_before,
    case when u.measure in ('late', 'other_prefix') then u.own_n else p.n end as n,
    case when u.measure in ('late', 'other_prefix') then u.own_n_before else p.n_before end as n_before,
    u.days,
    p.days_before,
    coalesce(s.changed_on <= u.business_day, false) as has_ended
from units u
join provinces p using (source, business_day, measure)
left join successor s on u.unit_code = s.unit_code
