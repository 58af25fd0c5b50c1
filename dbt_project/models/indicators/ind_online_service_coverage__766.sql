{{ indicator_by_period("online_service_coverage", "766") }}
