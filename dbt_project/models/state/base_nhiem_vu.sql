{{
    disposition(
        "nhiem_vu", lookups=[{"relation": ref("known_task"), "column": "MaNhiemVu", "reason": "unknown_task"}]
    )
}}
