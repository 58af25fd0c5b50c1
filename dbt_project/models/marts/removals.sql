with
    counted as (
        select
            removed_on,
            unit_code,
            count(*) filter (where is_late) as late,
            count(*) filter (where not is_late and not is_open) as on_time,
            count(*) filter (where is_open) as still_open
        from {{ ref("int_removed_dossier") }}
        group by all
        union all
        select business_day, unit_code, late, on_time, still_open
        from {{ source("ledger", "removal") }}
    )
select
    c.removed_on,
    s.unit_code,
    cast(sum(c.late) as bigint) as late,
    cast(sum(c.on_time) as bigint) as on_time,
    cast(sum(c.still_open) as bigint) as still_open,
    s.late_share,
    s.province_late_share
from counted c
-- A unit that is not in the list is not known to anybody; its rows were rejected as such.
join {{ ref("int_late_share") }} s on c.unit_code = s.unit_code
group by all
