-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Đơn vị nào thiếu nhiều hồ sơ đúng hạn nhất so với mục tiêu của năm?
-- `short` là số hồ sơ trễ mà giá như đúng hạn thì vừa đạt. Nó nặng theo số lượng, nên nói được làm ở đâu thì cả tỉnh
-- tăng nhiều nhất; tỷ lệ riêng của đơn vị thì không nói được điều đó.
-- Which units lack the most dossiers on time to reach the year's target?
-- `short` counts the late dossiers that, on time, would just reach the target. It weighs by volume, so it tells where
-- the province gains most, which a unit's own rate does not.
select u.unit_name, v.unit_level, v.denominator as resolved, round(100 * v.value, 1) as percent,
  ceil(v.target * v.denominator - v.numerator - 1e-9)::int as short
from indicator_values v
join dim_unit u using (unit_code)
where v.indicator_code = 'on_time_rate' and v.rule = 'plan' and v.scope = 'unit' and not v.met
  and v.period_code = '2024'  -- đổi kỳ / change the period
order by short desc, u.unit_name
limit 20
