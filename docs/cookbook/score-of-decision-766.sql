-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Tỉnh được bao nhiêu điểm Quyết định 766, ở từng nhóm?
-- `known_max` nhỏ hơn `max_points` là có thành phần chưa biết: so `percent` chứ không so điểm. Điểm của Cổng quốc gia
-- được dùng khi kho không tự tính được.
-- How many points of Decision 766 does the province have, by group?
-- Where `known_max` is less than `max_points` a component is not known: compare `percent`, not points. The portal's
-- points stand where we cannot compute.
select s.group_code, round(sum(s.points), 2) as points, sum(s.max_points) filter (s.points is not null) as known_max,
  sum(s.max_points) as max_points,
  round(100 * sum(s.points) / sum(s.max_points) filter (s.points is not null), 1) as percent,
  round(sum(s.points) filter (s.points_source = 'portal'), 2) as from_portal,
  string_agg(s.component, ', ' order by s.component) filter (s.points is null) as not_known
from decision_766_score s
join dim_score_period p using (period_code)
where s.scope = 'province' and p.period_type = 'year' and p.cut_date = (select as_of from dim_run)
group by s.group_code
order by s.group_code
