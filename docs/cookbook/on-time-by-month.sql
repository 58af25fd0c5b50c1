-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Tỷ lệ đúng hạn từng tháng của từng cấp đi lên hay đi xuống?
-- Tháng cuối có thể chưa hết (`is_closed` sai). Cách tính `plan`; đổi `'plan'` thành `'766'` để xem theo Quyết định
-- 766.
-- Month by month, is each level more on time or less?
-- The last month may still run (`is_closed` false). Rule `plan`; write `'766'` for Decision 766.
select v.period_code, v.is_closed, l.plural_vi as level,  -- tiếng Anh / in English: plural_en
  v.denominator as resolved, round(100 * v.value, 1) as percent, round(100 * v.target, 1) as target, v.met
from indicator_values v
join dim_period p using (period_code)
join dim_level l on l.level_code = v.unit_level
where v.indicator_code = 'on_time_rate' and v.rule = 'plan' and v.scope = 'level' and p.period_type = 'month'
  and year(p.start_date) = 2024  -- đổi năm / change the year
order by v.period_code desc, l.level_rank
