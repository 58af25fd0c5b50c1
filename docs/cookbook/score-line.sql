-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Điểm 766 của tỉnh thay đổi ra sao qua các tuần?
-- Cộng dồn từ 01/01, nên cuối năm đường đi chậm lại. `known_max` đổi thì hai tuần không so được; `points_change` khi đó
-- trống.
-- How did the province's score of Decision 766 move week by week?
-- Cumulative from 1 January, so it moves slowly late in the year. Where `known_max` changed two weeks cannot be
-- compared; `points_change` is then empty.
select p.cut_date, round(t.known_points, 2) as points, t.known_max, round(100 * t.reached_share, 2) as percent,
  round(t.points_change, 2) as points_change
from decision_766_totals t
join dim_score_period p using (period_code)
where t.scope = 'province' and p.is_to_date and p.period_type in ('to_date', 'year')
order by p.cut_date desc
limit 12
