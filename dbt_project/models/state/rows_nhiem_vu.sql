{{
    disposition(
        "nhiem_vu",
        key=["MaNhiemVu", "NgayBaoCao"],
        lookups=[{"relation": ref("known_task"), "column": "MaNhiemVu", "reason": "unknown_task"}],
    )
}}
