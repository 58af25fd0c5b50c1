{{
    procedure_cases(
        applies="p.department_code = d.own_unit and p.suits_online",
        counts="p.is_integrated",
        when=in_force(),
    )
}}
