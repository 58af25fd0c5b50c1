-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Hồ sơ đang mở đã nằm bao lâu?
-- Ngày làm việc từ khi tiếp nhận đến ngày số liệu, kể cả lúc chờ người nộp. Nhóm già nhất thường là hồ sơ chờ bổ sung
-- mà không ai đóng.
-- How old are the open dossiers?
-- Working days from reception to the as-of day, waits for the applicant included. The oldest often await a supplement
-- and nobody closes them.
with open as (
  select w.category, now.working_day_number - received.working_day_number as age
  from worklist w
  cross join dim_run r
  join dim_calendar received on received.calendar_date = w.received_date
  join dim_calendar now on now.calendar_date = r.as_of
)
select case when age <= 5 then '0–5' when age <= 10 then '6–10' when age <= 20 then '11–20'
    when age <= 60 then '21–60' else '> 60' end as working_days,
  count(*) as dossiers, round(100 * count(*) / sum(count(*)) over (), 1) as percent,
  count(*) filter (category = 'overdue') as overdue,
  count(*) filter (category in ('waiting_long', 'paused')) as waiting_or_paused
from open
group by working_days
order by min(age)
