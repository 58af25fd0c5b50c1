{{ indicator_by_day("online_share", "plan") }}
