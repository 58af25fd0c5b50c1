-- Goals of the plan with their standing: goal, level, standing, value, target, wording.
select goal_code, unit_level, standing, value, target, wording from marts.plan_scorecard order by goal_code, unit_level
