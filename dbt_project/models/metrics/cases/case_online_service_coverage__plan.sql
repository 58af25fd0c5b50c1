{{ procedure_cases(applies="p.suits_online", counts="p.service_level in (3, 4)", when=in_force()) }}
