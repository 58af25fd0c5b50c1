{{ child_disposition("xin_loi", key=["MaHoSo", "NgayXinLoi"]) }}
