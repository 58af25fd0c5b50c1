{{ indicator_by_period("own_online_share", "plan") }}
