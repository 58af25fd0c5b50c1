{{
    disposition(
        "so_lieu",
        lookups=[
            {"relation": ref("known_unit"), "column": "MaDonVi", "reason": "unknown_unit"},
            {"relation": ref("known_goal"), "column": "MaChiTieu", "reason": "unknown_goal"},
            {"relation": ref("known_period"), "column": "KyBaoCao", "reason": "unknown_period"},
        ],
    )
}}
