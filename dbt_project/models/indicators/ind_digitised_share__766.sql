{{ indicator_by_day("digitised_share", "766") }}
