-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Trong bốn tuần qua, đơn vị nào lên hạng, xuống hạng 766 nhiều nhất?
-- Hạng trong cấp theo phần điểm đạt được. Các đơn vị sát nhau thì một phần mười điểm đã đổi nhiều hạng; hãy nhìn cả
-- `change_percent`.
-- Which units rose and fell most in the ranking of Decision 766 within four weeks?
-- Ranks within the level by share of points reached. Where units are close a tenth of a point moves many ranks; look at
-- `change_percent` too.
with day as (
  select max(cut_date) filter (cut_date <= as_of) as now,
    max(cut_date) filter (cut_date <= as_of - 28) as before  -- đổi số ngày / change the days
  from dim_score_period cross join dim_run where is_to_date
), standing as (
  select t.*, p.cut_date from decision_766_totals t
  join dim_score_period p on p.period_code = t.period_code and p.is_to_date and p.period_type <> 'report'
  where t.scope = 'unit'
)
select u.unit_name, n.unit_level, b.unit_rank as rank_before, n.unit_rank as rank, n.units_ranked,
  b.unit_rank - n.unit_rank as risen, round(100 * (n.reached_share - b.reached_share), 2) as change_percent
from day
join standing n on n.cut_date = day.now
join standing b on b.cut_date = day.before and b.unit_code = n.unit_code
join dim_unit u on u.unit_code = n.unit_code
where n.unit_level = 'huyen'  -- so, huyen, xa
order by risen desc, u.unit_name
