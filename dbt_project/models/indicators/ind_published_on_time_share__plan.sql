{{ indicator_by_period("published_on_time_share", "plan") }}
