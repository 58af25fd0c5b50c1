{{ indicator_by_period("own_online_resolved_share", "plan") }}
