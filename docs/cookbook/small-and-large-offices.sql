-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Xã ít hồ sơ có đúng hạn hơn xã nhiều hồ sơ không?
-- Bốn nhóm bằng nhau theo số hồ sơ đã giải quyết. Trung vị so các đơn vị với nhau, `percent_together` so các hồ sơ: hai
-- số xa nhau là vài đơn vị kéo cả nhóm. Nhóm nhỏ luôn có khoảng từ thấp nhất đến cao nhất rộng hơn, vì ngẫu nhiên.
-- Are communes with few dossiers more on time than those with many?
-- Four groups of equally many communes by dossiers resolved. The median compares offices, `percent_together` dossiers:
-- where they differ, few offices pull the group. Small offices always spread wider, by chance alone.
with unit as (
  select numerator, denominator, value, ntile(4) over (order by denominator, unit_code) as size_group
  from indicator_values
  where indicator_code = 'on_time_rate' and rule = 'plan' and scope = 'unit' and denominator > 0
    and unit_level = 'xa' and period_code = '2024'  -- đổi cấp, kỳ / change level, period
)
select size_group, count(*) as communes, min(denominator) as fewest, max(denominator) as most,
  round(100 * median(value), 1) as median_percent, round(100 * min(value), 1) as lowest_percent,
  round(100 * max(value), 1) as highest_percent,
  round(100 * sum(numerator) / sum(denominator), 1) as percent_together
from unit
group by size_group
order by size_group
