{{
    procedure_cases(
        applies="p.has_fee", counts="p.accepts_online_payment", when=in_force(), periods="dim_score_period"
    )
}}
