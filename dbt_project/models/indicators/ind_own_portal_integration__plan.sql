{{ indicator_by_period("own_portal_integration", "plan") }}
