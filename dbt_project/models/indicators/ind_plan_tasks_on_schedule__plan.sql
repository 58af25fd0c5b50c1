{{ indicator_by_period("plan_tasks_on_schedule", "plan") }}
