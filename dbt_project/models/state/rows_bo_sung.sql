{{ child_disposition("bo_sung", key=["MaHoSo", "NgayBoSung"]) }}
