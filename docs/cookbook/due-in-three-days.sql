-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Đơn vị nào có nhiều hồ sơ hẹn trả trong ba ngày làm việc tới?
-- `working_days_left` đếm từ ngày số liệu, không phải từ hôm nay trên lịch: xem `as_of`.
-- Which units have most dossiers due within three working days?
-- `working_days_left` counts from the as-of day, not from the calendar's today: see `as_of`.
select u.unit_name, r.as_of, count(*) as due, count(*) filter (w.working_days_left = 0) as due_today,
  round(sum(w.risk), 2) as expected_late, count(*) filter (w.portal <> 'agrees') as other_on_portal
from worklist w
join dim_unit u using (unit_code)
cross join dim_run r
where w.category in ('due_today', 'due_soon') and w.working_days_left <= 3  -- đổi số ngày / change the days
group by u.unit_name, r.as_of
order by due desc, u.unit_name
limit 15
