{{ indicator_by_period("apology_rate", "plan") }}
