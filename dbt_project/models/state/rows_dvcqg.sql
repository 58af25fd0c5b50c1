{{ disposition("dvcqg", key=["MaHoSo"]) }}
