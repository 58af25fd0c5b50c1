{{ indicator_by_day("on_time_rate", "plan") }}
