{{
    procedure_cases(
        applies="p.department_code = d.own_unit and p.suits_online",
        counts="p.is_integrated",
        when="d.own_unit is not null and " ~ in_force(),
    )
}}
