-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Bao nhiêu phần hồ sơ xong ngay trong ngày, trong một tuần, sau một tháng?
-- Ngày làm việc; 0 là xong trong ngày. Phân bố lệch hẳn về một phía, vì thế trung bình không nói lên điều gì: hãy dùng
-- trung vị và phần trăm thứ 90.
-- What share of dossiers is done the same day, within a week, after a month?
-- Working days; 0 is the same day. The distribution leans to one side, so a mean says little: use median and 90th
-- percentile.
with counted as (
  select unit_level, least(working_days, 21) as days, count(*) as dossiers from fct_timeliness
  where finished_date >= date '2024-01-01' and working_days is not null  -- đổi ngày / change the day
  group by all
)
select l.plural_vi as level,  -- tiếng Anh / in English: plural_en
  case when c.days = 0 then '0' when c.days <= 2 then '1–2' when c.days <= 5 then '3–5'
    when c.days <= 10 then '6–10' when c.days <= 20 then '11–20' else '> 20' end as working_days,
  sum(c.dossiers) as dossiers,
  round(100 * sum(c.dossiers) / sum(sum(c.dossiers)) over (partition by l.level_rank), 1) as percent
from counted c
join dim_level l on l.level_code = c.unit_level
group by l.plural_vi, l.level_rank, 2
order by l.level_rank, min(c.days)
