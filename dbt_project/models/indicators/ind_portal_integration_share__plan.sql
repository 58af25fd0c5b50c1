{{ indicator_by_period("portal_integration_share", "plan") }}
