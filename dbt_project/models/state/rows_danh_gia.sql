{{ child_disposition("danh_gia", key=["MaHoSo", "ThoiGianDanhGia"]) }}
