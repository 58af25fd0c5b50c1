{#
    What the model of dossiers adds to their contract (see `disposition`). The handling unit may be given by code or by
    name: rows that give it differently are compared by the unit that they mean, and that unit must not have ended before
    the dossier was received.
#}
{% macro dossier_rules() %}
    {{
        return(
            {
                "forbidden": [
                    {
                        "when": "case when d.MaDonViXuLy is not null then k1.HieuLucDen when d.unit_by_name is null then k0.HieuLucDen end < cast(d.NgayTiepNhan as date)",
                        "reason": "unit_abolished",
                    }
                ],
                "partly": [
                    {"value": "MaDonViXuLy", "unsaid": "(MaDonViXuLy is null and DonViXuLy is not null)"},
                    {
                        "value": "coalesce(MaDonViXuLy, unit_by_name)",
                        "unsaid": "(coalesce(MaDonViXuLy, unit_by_name) is null)",
                        "weighs": true,
                    },
                    {"unsaid": "(MaDonViXuLy is null and DonViXuLy is null)", "weighs": true},
                    {"unsaid": "(MaDonViXuLy is null)", "weighs": true},
                ],
                "compared_apart": ["MaDonViXuLy", "DonViXuLy", "unit_by_name"],
            }
        )
    }}
{% endmacro %}
