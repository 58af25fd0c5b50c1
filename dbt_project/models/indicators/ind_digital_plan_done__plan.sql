{{ indicator_as_reported("digital_plan_done") }}
