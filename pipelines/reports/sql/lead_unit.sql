-- The unit that leads an indicator by the plan of the day's year.
select lead_unit
from marts.plan_scorecard
where indicator_code = ? and plan_year = year(?) and lead_unit is not null
order by goal_code
limit 1
