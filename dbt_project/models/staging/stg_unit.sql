select
    u.MaDonVi as unit_code,
    u.TenDonVi as unit_name,
    u.Cap as unit_level,
    -- A parent that is not in the list, or whose row is rejected, is not known; the unit counts all the same.
    p.MaDonVi as parent_unit_code,
    u.HieuLucTu as valid_from,
    u.HieuLucDen as valid_to
from {{ ref("base_don_vi") }} u
left join {{ ref("known_unit") }} p on u.MaDonViCha = p.MaDonVi
where u.disposition = 'accepted'
union all
-- A pilot may list its own offices only: the province itself is then as the register has it.
select province_code, province_name, '{{ root_level() }}', null, cast(null as date), cast(null as date)
from {{ source("registers", "run") }} r
anti join {{ ref("known_unit") }} k on r.province_code = k.MaDonVi
