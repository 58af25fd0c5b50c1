-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Đơn vị nào còn thiếu số hóa giấy tờ khi tiếp nhận, thiếu bao nhiêu hồ sơ?
-- Chỉ tiêu này chín dần (`is_provisional`): tệp bổ sung muộn vẫn làm số của kỳ đã đóng tăng. Mục tiêu khác nhau theo
-- cấp.
-- Which units fall short in digitising papers on receipt, and by how many dossiers?
-- This indicator matures (`is_provisional`): files entered late still raise a closed period. Targets differ by level.
select u.unit_name, v.unit_level, v.denominator as dossiers, round(100 * v.value, 1) as percent,
  round(100 * v.target) as target_percent, ceil(v.target * v.denominator - v.numerator - 1e-9)::int as short,
  v.is_provisional
from indicator_values v
join dim_unit u using (unit_code)
where v.indicator_code = 'digitised_share'  -- hoặc / or: result_digitised_share, data_reuse_share
  and v.rule = 'plan' and v.scope = 'unit' and not v.met
  and v.period_code = '2024'  -- đổi kỳ / change the period
order by short desc, u.unit_name
limit 20
