{{ indicator_unknown("satisfaction_rate", "766") }}
