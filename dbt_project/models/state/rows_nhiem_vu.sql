{{ disposition("nhiem_vu", key=["MaNhiemVu", "NgayBaoCao"]) }}
