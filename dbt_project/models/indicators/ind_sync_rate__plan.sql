{{ indicator_by_day("sync_rate", "plan") }}
