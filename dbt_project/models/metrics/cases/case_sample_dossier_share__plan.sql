{{ procedure_cases(applies="not coalesce(p.is_internal, false)", counts="p.has_sample_dossier", when=in_force()) }}
