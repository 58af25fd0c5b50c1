select MaDonVi, Cap, HieuLucTu, HieuLucDen from {{ ref("base_don_vi") }} where disposition = 'accepted'
