{% set used %}
    left join
        (
            select distinct s.period_code, c.procedure_code
            from {{ ref("fct_payment_duty") }} c
            join {{ ref("dim_score_period") }} s on c.received_date between s.start_date and s.cut_date
            where c.is_paid_online
        ) u using (period_code, procedure_code)
{% endset %}
{{
    procedure_cases(
        applies="p.has_fee",
        counts="u.procedure_code is not null",
        when=in_force(),
        periods="dim_score_period",
        joined=used,
    )
}}
