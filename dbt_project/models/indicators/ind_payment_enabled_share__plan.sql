{{ indicator_by_period("payment_enabled_share", "plan") }}
