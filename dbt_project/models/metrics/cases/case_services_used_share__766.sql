{{
    procedure_cases(
        applies="not coalesce(p.is_internal, false) and p.service_level in (3, 4)",
        counts="u.procedure_code is not null",
        when=in_force(),
        periods="dim_score_period",
        joined=used_in_period(ref("fct_online_share"), "c.is_online"),
    )
}}
