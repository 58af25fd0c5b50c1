{{ disposition("don_vi", key=["MaDonVi"]) }}
