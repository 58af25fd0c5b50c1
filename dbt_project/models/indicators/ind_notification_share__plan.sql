{{ indicator_by_day("notification_share", "plan") }}
