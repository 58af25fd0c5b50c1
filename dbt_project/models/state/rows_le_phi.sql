{{ child_disposition("le_phi", key=["MaHoSo", "MaPhiLePhi"]) }}
