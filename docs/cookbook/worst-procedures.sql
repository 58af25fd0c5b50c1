-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Thủ tục nào có tỷ lệ trễ cao nhất, trong những thủ tục đủ hồ sơ để nói?
-- Chỉ thủ tục có ít nhất 30 hồ sơ đã kết thúc; ít hơn thì một hồ sơ trễ đã thành "tỷ lệ cao nhất".
-- Which procedures have the highest share of late dossiers, among those with enough to tell?
-- Procedures with at least 30 finished dossiers; with fewer, one late dossier already makes "the worst".
select p.procedure_code, p.procedure_name, t.dossiers, t.overdue,
  round(100 * t.overdue / t.dossiers, 1) as percent_overdue, t.median_working_days as median,
  t.p90_working_days as p90
from handling_times t
join dim_procedure p using (procedure_code)
where t.scope = 'province' and t.finished_year = 2024  -- đổi năm / change the year
  and t.dossiers >= 30
order by t.overdue / t.dossiers desc, t.procedure_code
limit 15
