-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Bao nhiêu phần hồ sơ xong ngay trong ngày, trong một tuần, sau một tháng?
-- Ngày làm việc; 0 là xong trong ngày. Phân bố lệch hẳn về một phía, vì thế trung bình không nói lên điều gì: hãy dùng
-- trung vị và phần trăm thứ 90.
-- What share of dossiers is done the same day, within a week, after a month?
-- Working days; 0 is the same day. The distribution leans to one side, so a mean says little: use median and 90th
-- percentile.
select l.plural_vi as level,  -- tiếng Anh / in English: plural_en
  case when t.working_days = 0 then '0' when t.working_days <= 2 then '1–2' when t.working_days <= 5 then '3–5'
    when t.working_days <= 10 then '6–10' when t.working_days <= 20 then '11–20' else '> 20' end as days,
  count(*) as dossiers,
  round(100 * count(*) / sum(count(*)) over (partition by l.plural_vi), 1) as percent
from fct_timeliness t
join dim_level l on l.level_code = t.unit_level
where t.finished_date >= date '2024-01-01' and t.working_days is not null  -- đổi ngày / change the day
group by l.plural_vi, l.level_rank, days
order by l.level_rank, min(t.working_days)
