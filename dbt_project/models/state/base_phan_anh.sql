{{ disposition("phan_anh", lookups=[{"relation": ref("known_unit"), "column": "MaDonVi", "reason": "unknown_unit"}]) }}
