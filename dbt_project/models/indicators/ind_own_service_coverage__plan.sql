{{ indicator_by_period("own_service_coverage", "plan") }}
