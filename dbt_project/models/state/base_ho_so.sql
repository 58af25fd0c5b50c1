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
                "when": "case when d.MaDonViXuLy is not null then k1.HieuLucDen when d.unit_by_name is null then k0.HieuLucDen end < cast(d.NgayTiepNhan as date)",
                "reason": "unit_abolished",
            }
        ],
        relation=ref("told_dossier"),
        partly=[
            {"value": "MaDonViXuLy", "unsaid": "(MaDonViXuLy is null and DonViXuLy is not null)"},
            {
                "value": "coalesce(MaDonViXuLy, unit_by_name)",
                "unsaid": "(coalesce(MaDonViXuLy, unit_by_name) is null)",
                "weighs": true,
            },
            {"unsaid": "(MaDonViXuLy is null and DonViXuLy is null)", "weighs": true},
            {"unsaid": "(MaDonViXuLy is null)", "weighs": true},
        ],
        compared_apart=["MaDonViXuLy", "DonViXuLy", "unit_by_name"],
    )
}}
