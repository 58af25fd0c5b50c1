-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Bao nhiêu thời gian là cơ quan làm, bao nhiêu là chờ người nộp?
-- Ngày làm việc của hồ sơ đã kết thúc. Chờ gồm trạng thái chờ bổ sung, chờ nộp phí, tạm dừng và khoảng chờ theo
-- `bo_sung`.
-- How much of the time does the office work, and how much does it wait for the applicant?
-- Working days of finished dossiers. Waiting covers supplements, fees to be paid, stops, and the waits that `bo_sung`
-- tells of.
select b.finished_year, l.plural_vi as level,  -- tiếng Anh / in English: plural_en
  sum(b.elapsed_working_days - b.waiting_working_days) as working, sum(b.waiting_working_days) as waiting,
  round(100 * sum(b.waiting_working_days) / nullif(sum(b.elapsed_working_days), 0), 1) as percent_waiting
from procedure_bottlenecks b
join dim_level l on l.level_code = b.unit_level
where b.scope = 'level'
group by all
order by b.finished_year desc, working desc
