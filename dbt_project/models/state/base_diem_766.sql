{{ disposition("diem_766", lookups=[{"relation": ref("known_unit"), "column": "MaDonVi", "reason": "unknown_unit"}]) }}
