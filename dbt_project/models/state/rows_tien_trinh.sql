{{ child_disposition("tien_trinh", key=["MaHoSo", "ThoiDiemXuLy"]) }}
