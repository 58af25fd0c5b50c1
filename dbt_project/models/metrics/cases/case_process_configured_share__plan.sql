{{
    procedure_cases(
        applies="true",
        counts="coalesce(p.configured_date <= coalesce(p.effective_from, p.configured_date), false)",
        when=in_force(),
    )
}}
