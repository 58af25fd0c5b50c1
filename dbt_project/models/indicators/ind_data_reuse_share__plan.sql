{{ indicator_by_day("data_reuse_share", "plan") }}
