{{ indicator_by_day("result_digitised_share", "plan") }}
