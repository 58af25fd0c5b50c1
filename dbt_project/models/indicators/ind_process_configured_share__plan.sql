{{ indicator_by_period("process_configured_share", "plan") }}
