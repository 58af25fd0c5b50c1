{{ child_disposition("thanh_phan", key=["MaHoSo", "TepDinhKemId"]) }}
