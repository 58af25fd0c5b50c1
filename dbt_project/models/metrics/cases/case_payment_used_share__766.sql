{{
    procedure_cases(
        applies="p.has_fee",
        counts="u.procedure_code is not null",
        when=in_force(),
        periods="dim_score_period",
        joined=used_in_period(ref("fct_payment_duty"), "c.is_paid_online"),
    )
}}
