-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Xếp các sở và huyện theo tỷ lệ đúng hạn của năm?
-- Hạng chỉ có nghĩa khi đơn vị đủ hồ sơ và khác nhau rõ: xem `resolved`, và câu hỏi về ngẫu nhiên ở trên.
-- How do departments and districts rank by this year's on-time rate?
-- A rank means something only where units have enough dossiers and differ clearly: see `resolved`, and the question on
-- chance above.
select rank() over (order by v.value desc) as rank, u.unit_name, l.name_vi as level,  -- name_en
  v.denominator as resolved, round(100 * v.value, 1) as percent, round(100 * v.target, 1) as target, v.met
from indicator_values v
join dim_unit u using (unit_code)
join dim_level l on l.level_code = v.unit_level
where v.indicator_code = 'on_time_rate' and v.rule = 'plan' and v.scope = 'unit' and v.value is not null
  and v.unit_level in ('so', 'huyen') and v.period_code = '2024'  -- đổi cấp, kỳ / change levels, period
order by v.value desc, u.unit_name
