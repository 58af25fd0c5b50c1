{{ indicator_by_day("feedback_satisfaction_rate", "plan", of="feedback") }}
