-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Đơn vị nào trễ nhiều đến mức không thể là ngẫu nhiên, dù ít hay nhiều hồ sơ?
-- Biểu đồ phễu: nếu mọi đơn vị giống như chung của cấp, tỷ lệ của đơn vị chỉ xuống dưới `lowest_by_chance` một lần
-- trong khoảng bảy trăm lần. Đơn vị 20 hồ sơ có 90 % thì chưa nói lên điều gì; 500 hồ sơ có 90 % thì có. Dưới mục tiêu
-- và ngoài phễu là hai câu hỏi khác nhau.
-- Which units are late beyond chance, whether they have few dossiers or many?
-- A funnel plot: were all units like their level as a whole, a rate would fall below `lowest_by_chance` about once in
-- seven hundred times. 90 % of 20 dossiers says little; 90 % of 500 does. Below target and outside the funnel are two
-- different questions.
with unit as (
  select unit_code, unit_level, numerator, denominator, value, target,
    sum(numerator) over (partition by unit_level) / sum(denominator) over (partition by unit_level) as mean
  from indicator_values
  where indicator_code = 'on_time_rate' and rule = 'plan' and scope = 'unit' and denominator > 0
    and period_code = '2024'  -- đổi kỳ / change the period
)
select u.unit_name, unit.unit_level, denominator as resolved, round(100 * value, 1) as percent,
  round(100 * mean, 1) as percent_of_level,
  round(100 * greatest(mean - 3 * sqrt(mean * (1 - mean) / denominator), 0), 1) as lowest_by_chance
from unit join dim_unit u using (unit_code)
where value < mean - 3 * sqrt(mean * (1 - mean) / denominator)
order by (value - mean) / sqrt(mean * (1 - mean) / denominator), u.unit_name
