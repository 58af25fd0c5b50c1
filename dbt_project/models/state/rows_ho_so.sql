{{
    disposition(
        "ho_so",
        key=["MaHoSo"],
        updated_at="NgayCapNhat",
        lookups=[
            {"relation": ref("known_unit"), "column": "MaDonVi", "reason": "unknown_unit"},
            {"relation": ref("known_procedure"), "column": "MaTTHC", "reason": "unknown_procedure"},
        ],
        forbidden=[{"when": "k0.HieuLucDen < cast(d.NgayTiepNhan as date)", "reason": "unit_abolished"}],
    )
}}
