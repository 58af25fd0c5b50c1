{{
    disposition(
        "so_lieu",
        key=["MaChiTieu", "MaDonVi", "KyBaoCao"],
        lookups=[{"relation": ref("known_unit"), "column": "MaDonVi", "reason": "unknown_unit"}],
    )
}}
