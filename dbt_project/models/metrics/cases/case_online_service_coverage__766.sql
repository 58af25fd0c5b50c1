{{
    procedure_cases(
        applies="not coalesce(p.is_internal, false)",
        counts="p.service_level in (3, 4)",
        when=in_force(),
        periods="dim_score_period",
    )
}}
