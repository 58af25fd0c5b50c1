{{ indicator_unknown("feedback_on_time_rate", "766") }}
