-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Bước nào ngốn nhiều ngày nhất?
-- Ngày làm việc, của hồ sơ đã kết thúc. `waiting` là thời gian chờ người nộp, không phải lỗi của cơ quan. Một bước
-- chiếm nhiều ngày vì lâu (`days_per_step`) hoặc vì nhiều (`steps`): cách chữa khác nhau.
-- Which step eats the days?
-- Working days, of finished dossiers. `waiting` is time spent on the applicant's side. A step takes many days because
-- it is long (`days_per_step`) or because there are many (`steps`): the cures differ.
select l.name_vi as step,  -- tiếng Anh / in English: name_en
  b.phase, sum(b.steps) as steps, sum(b.elapsed_working_days) as working_days,
  round(100 * sum(b.elapsed_working_days) / sum(sum(b.elapsed_working_days)) over (), 1) as percent_of_days,
  round(sum(b.elapsed_working_days) / sum(b.steps), 2) as days_per_step, sum(b.late_steps) as late_steps
from procedure_bottlenecks b
left join code_lists l
  on l.table_name = 'procedure_bottlenecks' and l.column_name = 'status' and l.code = b.status
where b.scope = 'province' and b.finished_year = 2024  -- đổi năm / change the year
group by l.name_vi, b.phase
order by working_days desc, step
