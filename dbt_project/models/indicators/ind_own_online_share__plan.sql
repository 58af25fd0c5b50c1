{{ indicator_by_day("own_online_share", "plan") }}
