{{ procedure_cases(applies="p.suits_online", counts="p.is_integrated", when=in_force()) }}
