-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Đơn vị nào thu phí trực tuyến ít nhất?
-- Cách tính 766 tính hồ sơ có nghĩa vụ tài chính, cách tính kế hoạch tính khoản phí. Chỉ đơn vị có ít nhất 20 hồ sơ
-- phải nộp.
-- Which units take the least fees online?
-- Rule 766 counts dossiers with a financial duty, the plan fee requests. Units with at least 20 such dossiers.
select u.unit_name, v.unit_level, v.denominator as dossiers_with_fee, v.numerator as paid_online,
  round(100 * v.value, 1) as percent, v.unknown_count as not_known
from indicator_values v
join dim_unit u using (unit_code)
where v.indicator_code = 'online_payment_share' and v.rule = '766' and v.scope = 'unit' and v.denominator >= 20
  and v.period_code = '2024'  -- đổi kỳ / change the period
order by v.value, v.denominator desc, u.unit_name
limit 15
