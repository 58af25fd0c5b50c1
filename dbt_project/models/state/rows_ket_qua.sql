{{ child_disposition("ket_qua", key=["MaHoSo", "GiayToId"]) }}
