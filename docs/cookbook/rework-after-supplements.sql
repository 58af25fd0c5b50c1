-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Thủ tục nào phải làm lại nhiều nhất sau khi yêu cầu bổ sung?
-- Nhiều bước làm lại thường do hướng dẫn ban đầu chưa rõ. `rework_per_100` là số bước làm lại trên 100 hồ sơ đã kết
-- thúc.
-- Which procedures are reworked most after a supplement was asked for?
-- Much rework often means that the first instructions were not clear. `rework_per_100` counts reworked steps per 100
-- finished dossiers.
select p.procedure_name, any_value(b.finished_dossiers) as dossiers, sum(b.rework_steps) as rework_steps,
  round(100 * sum(b.rework_steps) / any_value(b.finished_dossiers), 1) as rework_per_100,
  sum(b.waiting_working_days) as days_waiting
from procedure_bottlenecks b
join dim_procedure p using (procedure_code)
where b.scope = 'province' and b.finished_year = 2024  -- đổi năm / change the year
  and b.finished_dossiers >= 20
group by p.procedure_code, p.procedure_name
having sum(b.rework_steps) > 0
order by rework_per_100 desc, p.procedure_code
limit 15
