{{ indicator_by_day("online_resolved_share", "plan") }}
