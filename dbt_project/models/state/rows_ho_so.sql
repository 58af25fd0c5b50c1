{{
    disposition(
        "ho_so",
        lookups=[
            {"relation": ref("known_unit"), "column": "MaDonVi", "reason": "unknown_unit"},
            {"relation": ref("known_unit"), "column": "MaDonVi", "field": "MaDonViXuLy", "reason": "unknown_unit"},
            {"relation": ref("known_procedure"), "column": "MaTTHC", "reason": "unknown_procedure"},
        ],
        forbidden=[
            {
                "when": "case when d.MaDonViXuLy is null then k0.HieuLucDen else k1.HieuLucDen end < cast(d.NgayTiepNhan as date)",
                "reason": "unit_abolished",
            }
        ],
    )
}}
