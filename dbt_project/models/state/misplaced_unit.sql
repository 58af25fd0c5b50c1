-- Impossible states of units. Each state may be sound in its own list although the newest ones do not fit together:
-- then no state of such a unit counts.
with
    newest as (
        select MaDonVi, Cap, MaDonViCha, cast(0 as bigint) as newness
        from {{ ref("stated_unit") }} s
        anti join {{ ref("misplaced_state") }} using (MaDonVi, newness)
        qualify row_number() over (partition by MaDonVi order by s.newness desc) = 1
    ),
    unfit as ({{ misplaced_units("newest") }})
select s.MaDonVi, s.newness, coalesce(m.reason, u.reason) as reason
from {{ ref("stated_unit") }} s
left join {{ ref("misplaced_state") }} m using (MaDonVi, newness)
left join unfit u using (MaDonVi)
where m.reason is not null or u.reason is not null
