{{ indicator_by_day("online_payment_share", "plan") }}
