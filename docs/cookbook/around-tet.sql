-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Trước và sau Tết, hồ sơ đến và xong ra sao?
-- Từng tuần, tính trên một ngày làm việc, vì tuần Tết có ít ngày làm việc hoặc không có. Tồn đọng sau Tết lộ ra khi
-- `received_per_day` vượt `finished_per_day` vài tuần liền.
-- How do dossiers come and go around Tết?
-- By week, per working day, since the weeks of Tết have few or none. A backlog shows where `received_per_day` stays
-- above `finished_per_day` for weeks.
with day as (
  select received_date as day_at, 1 as received, 0 as finished from fct_timeliness
  where received_date between date '2024-01-15' and date '2024-03-17'  -- quanh Tết 2024 / around Tết 2024
  union all
  select finished_date, 0, 1 from fct_timeliness
  where finished_date between date '2024-01-15' and date '2024-03-17'
), counted as (
  select day_at, sum(received) as received, sum(finished) as finished from day group by day_at
)
select date_trunc('week', c.calendar_date)::date as week, count(*) filter (c.is_working_day) as working_days,
  coalesce(sum(received), 0) as received, coalesce(sum(finished), 0) as finished,
  round(coalesce(sum(received), 0) / nullif(count(*) filter (c.is_working_day), 0), 1) as received_per_day,
  round(coalesce(sum(finished), 0) / nullif(count(*) filter (c.is_working_day), 0), 1) as finished_per_day
from dim_calendar c left join counted on counted.day_at = c.calendar_date
where c.calendar_date between date '2024-01-15' and date '2024-03-17'
group by week
order by week
