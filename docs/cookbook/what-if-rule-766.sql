-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Nếu tính theo Quyết định 766 thay vì theo kế hoạch thì các chỉ tiêu đổi ra sao?
-- Hai cách tính khác mẫu số: với đúng hạn, 766 tính cả hồ sơ đang mở. Khác nhau không có nghĩa là sai; câu sau cho biết
-- vì sao.
-- What if the indicators were counted by Decision 766 instead of the plan?
-- The two rules differ in the denominator: for on time, 766 counts open dossiers too. A difference is no error; the
-- next question tells why.
select i.name_vi as indicator,  -- tiếng Anh / in English: name_en
  round(100 * p.value, 1) as percent_plan, round(100 * r.value, 1) as percent_766,
  round(100 * (r.value - p.value), 1) as difference, p.denominator as cases_plan, r.denominator as cases_766
from indicator_values p
join indicator_values r using (indicator_code, period_code, scope, unit_code)
join dim_indicator i on i.indicator_code = p.indicator_code and i.rule = p.rule
where p.rule = 'plan' and r.rule = '766' and p.scope = 'province'
  and p.period_code = '2024'  -- đổi kỳ / change the period
order by abs(difference) desc nulls last, p.indicator_code
