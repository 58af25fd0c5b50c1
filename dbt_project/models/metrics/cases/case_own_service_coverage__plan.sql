{{
    procedure_cases(
        applies="p.department_code = d.own_unit and p.suits_online",
        counts="p.service_level in (3, 4)",
        when="d.own_unit is not null and " ~ in_force(),
    )
}}
