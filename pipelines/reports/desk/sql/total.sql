-- Points of the province from 1 January to the as-of day. One row, or none.
select known_points, known_max, own_points, own_max, max_points, points_before, points_change
from marts.decision_766_totals
where scope = 'province' and period_code = $year_code
