-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Trễ thì trễ bao nhiêu ngày?
-- Ngày lịch. Trễ một, hai ngày thường là nhập muộn; trễ cả tháng là hồ sơ bị quên. Tỷ lệ đúng hạn không phân biệt hai
-- việc đó.
-- When dossiers are late, by how many days?
-- Calendar days. One or two often mean a late entry; a month means a forgotten dossier. The on-time rate sees no
-- difference.
select case when days_late <= 2 then '1–2' when days_late <= 5 then '3–5' when days_late <= 10 then '6–10'
    when days_late <= 30 then '11–30' else '> 30' end as days,
  count(*) as dossiers, round(100 * count(*) / sum(count(*)) over (), 1) as percent,
  count(*) filter (unit_level = 'so') as departments, count(*) filter (unit_level = 'huyen') as districts,
  count(*) filter (unit_level = 'xa') as communes, count(apologised_date) as with_apology
from fct_timeliness
where outcome = 'overdue' and finished_date >= date '2024-01-01'  -- đổi ngày / change the day
group by days
order by min(days_late)
