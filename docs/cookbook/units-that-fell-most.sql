-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Đơn vị nào kém đi nhiều nhất so với cùng kỳ năm trước?
-- Chỉ lấy đơn vị có ít nhất 30 hồ sơ ở cả hai kỳ; dưới mức ấy thay đổi chủ yếu là ngẫu nhiên.
-- Which units fell most against the same period last year?
-- Units with at least 30 dossiers in both periods; below that a change is mostly chance.
select u.unit_name, c.previous_period_code, c.period_code, c.is_closed,
  round(100 * c.previous_value, 1) as percent_before, round(100 * c.value, 1) as percent,
  round(100 * c.change, 1) as change, c.denominator as resolved
from indicator_changes c
join dim_unit u using (unit_code)
where c.indicator_code = 'on_time_rate' and c.rule = 'plan' and c.scope = 'unit' and c.change < 0
  and c.denominator >= 30 and c.previous_denominator >= 30
  and c.period_code = (
    select max_by(period_code, end_date) from dim_period where period_type = 'quarter' and is_closed
  )
order by c.change, u.unit_name
limit 10
