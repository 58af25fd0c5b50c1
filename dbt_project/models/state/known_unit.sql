select MaDonVi, Cap, HieuLucTu, HieuLucDen from {{ ref("rows_don_vi") }} where disposition = 'accepted'
