{{ indicator_by_day("feedback_on_time_rate", "plan", of="feedback") }}
