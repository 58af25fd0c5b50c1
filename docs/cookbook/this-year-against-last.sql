-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- So với cùng kỳ năm trước, chỉ tiêu nào của tỉnh thay đổi nhiều nhất?
-- Kỳ chưa hết thì một phần năm nay đứng cạnh cả kỳ năm trước: ở đây chỉ lấy quý đã hết. `change` bằng điểm phần trăm;
-- lên là tốt hay xấu thì xem `direction`. Mẫu số đổi nhiều nghĩa là đang so hai việc khác nhau.
-- Which of the province's indicators changed most against the same period last year?
-- While a period runs a part of this year stands beside the whole of last year's: only closed quarters are taken here.
-- `change` is in percentage points; whether up is good is said by `direction`. Where the denominator changed much, two
-- different things are compared.
select i.name_vi as indicator,  -- tiếng Anh / in English: name_en
  c.rule, c.previous_period_code, c.period_code, round(100 * c.previous_value, 1) as percent_before,
  round(100 * c.value, 1) as percent, round(100 * c.change, 1) as change, i.direction,
  c.previous_denominator as cases_before, c.denominator as cases
from indicator_changes c
join dim_indicator i using (indicator_code, rule)
join dim_period p using (period_code)
where c.scope = 'province' and c.is_closed and p.period_type = 'quarter' and i.value_unit = 'ratio'
  and p.end_date = (select max(end_date) from dim_period where period_type = 'quarter' and is_closed)
order by abs(c.change) desc, i.indicator_code, c.rule
limit 20
