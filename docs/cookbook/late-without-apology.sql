-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Đơn vị nào trễ mà không xin lỗi?
-- Chỉ đơn vị có ít nhất năm hồ sơ trễ trong kỳ. Thư muộn vẫn tính, nên số của kỳ còn tăng (`is_provisional`).
-- Which units are late and do not apologise?
-- Units with at least five late dossiers in the period. Late letters still count, so the figure may rise
-- (`is_provisional`).
select u.unit_name, v.unit_level, v.denominator as late, v.denominator - v.numerator as without_apology,
  round(100 * v.value, 1) as percent_apologised, v.is_provisional
from indicator_values v
join dim_unit u using (unit_code)
where v.indicator_code = 'apology_rate' and v.rule = 'plan' and v.scope = 'unit' and v.denominator >= 5
  and v.period_code = '2024'  -- đổi kỳ / change the period
order by without_apology desc, u.unit_name
limit 15
