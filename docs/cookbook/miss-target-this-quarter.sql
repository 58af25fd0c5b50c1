-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Xã, phường nào sẽ không đạt mục tiêu đúng hạn của quý này nếu cứ như đến nay?
-- `percent_at_pace` giả định những ngày làm việc còn lại của quý như những ngày đã qua, và mọi hồ sơ đang quá hạn sẽ
-- xong trong quý và tính là trễ. `percent_needed` là tỷ lệ phải đạt từ nay đến cuối quý; trên 100 là không còn kịp. Đơn
-- vị ít hồ sơ thì một hồ sơ đã đổi cả tỷ lệ: hãy nhìn `resolved`. Quý đã hết thì hai cột ấy bằng số thật và trống.
-- Which communes will miss this quarter's on-time target at today's pace?
-- `percent_at_pace` supposes that the quarter's remaining working days go as those that have passed, and that every
-- dossier now overdue is finished in it and counts as late. `percent_needed` is the share that the rest must reach;
-- above 100 it is out of reach. Where few dossiers were resolved one changes the rate: see `resolved`. Once the quarter
-- is over the first is what came out, and the second is empty.
with quarter as (
  select p.period_code, count(*) / count(*) filter (c.calendar_date <= p.cut_date) as days_over_gone
  from dim_period p
  join dim_calendar c on c.is_working_day and c.calendar_date between p.start_date and p.end_date
  where p.period_type = 'quarter' and p.cut_date = (select as_of from dim_run)
  group by p.period_code
), pace as (
  select v.*, h.open_overdue,
    greatest(round(v.denominator * (q.days_over_gone - 1)), if(q.days_over_gone > 1, h.open_overdue, 0)) as rest
  from quarter q
  join indicator_values v using (period_code)
  join handling_status h using (period_code, scope, unit_code)
  where v.indicator_code = 'on_time_rate' and v.rule = 'plan' and v.scope = 'unit'
    and v.unit_level = 'xa'  -- so, huyen, xa
)
select u.unit_name, p.denominator as resolved, p.denominator - p.numerator as late, p.open_overdue,
  round(100 * p.value, 1) as percent_now,
  round(100 * (p.numerator + greatest(p.rest - p.open_overdue, 0) * p.value) / (p.denominator + p.rest), 1)
    as percent_at_pace,
  round(100 * (p.target * (p.denominator + p.rest) - p.numerator) / nullif(p.rest, 0), 1) as percent_needed
from pace p join dim_unit u using (unit_code)
where percent_at_pace < 100 * p.target
order by percent_needed desc nulls last, percent_at_pace, u.unit_name limit 20
