{{ indicator_by_day("own_online_resolved_share", "plan") }}
