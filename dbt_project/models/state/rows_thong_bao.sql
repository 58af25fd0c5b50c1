{{ child_disposition("thong_bao", key=["MaHoSo", "NgayGui"]) }}
