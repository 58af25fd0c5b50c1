{{ indicator_by_day("digitised_share", "plan") }}
