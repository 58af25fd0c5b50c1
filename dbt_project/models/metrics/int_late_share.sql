-- The share of a unit's dossiers that are late, removed ones included: of the dossiers that are removed, so many would
-- be late by chance. A unit with few dossiers borrows twenty dossiers at the province's share.
with
    dossier as (
        select
            d.unit_code,
            not d.is_withdrawn and coalesce(d.due_date < coalesce(d.finished_date, r.as_of), false) as is_late
        from {{ ref("fct_timeliness") }} d
        cross join {{ source("registers", "run") }} r
        union all
        select unit_code, is_late
        from {{ ref("int_removed_dossier") }}
    ),
    province as (select coalesce(avg(cast(is_late as integer)), 0) as late_share from dossier)
select
    u.unit_code,
    (count(*) filter (where d.is_late) + 20 * p.late_share) / (count(d.unit_code) + 20) as late_share,
    p.late_share as province_late_share
from {{ ref("dim_unit") }} u
cross join province p
left join dossier d using (unit_code)
group by u.unit_code, p.late_share
