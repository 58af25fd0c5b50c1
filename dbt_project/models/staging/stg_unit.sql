select
    u.MaDonVi as unit_code,
    u.TenDonVi as unit_name,
    u.Cap as unit_level,
    -- A parent that is not in the list, or whose row is rejected, is not known; the unit counts all the same.
    p.MaDonVi as parent_unit_code,
    u.HieuLucTu as valid_from,
    u.HieuLucDen as valid_to
from {{ ref("rows_don_vi") }} u
left join {{ ref("known_unit") }} p on u.MaDonViCha = p.MaDonVi
where u.disposition = 'accepted'
