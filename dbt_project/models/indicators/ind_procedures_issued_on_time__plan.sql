{{ indicator_by_period("procedures_issued_on_time", "plan") }}
