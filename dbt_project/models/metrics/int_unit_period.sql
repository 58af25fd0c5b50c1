{{ events_by_period(ref("int_unit_day"), ref("dim_score_period")) }}
