select
    MaDonVi as unit_code,
    TenDonVi as unit_name,
    Cap as unit_level,
    MaDonViCha as parent_unit_code,
    HieuLucTu as valid_from,
    HieuLucDen as valid_to
from {{ ref("rows_don_vi") }}
where disposition = 'accepted'
