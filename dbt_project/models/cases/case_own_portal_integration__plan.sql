{{
    procedure_cases(
        applies="p.department_code = r.own_unit and p.suits_online",
        counts="p.is_integrated",
        when=in_force(),
    )
}}
