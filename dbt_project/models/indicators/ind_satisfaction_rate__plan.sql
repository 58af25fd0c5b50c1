{{ indicator_by_day("satisfaction_rate", "plan", superseded=true) }}
