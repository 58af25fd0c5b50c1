{{ indicator_by_day("sync_match_rate", "plan") }}
