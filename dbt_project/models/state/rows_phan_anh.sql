{{
    disposition(
        "phan_anh",
        key=["MaPhanAnh"],
        lookups=[{"relation": ref("known_unit"), "column": "MaDonVi", "reason": "unknown_unit"}],
    )
}}
