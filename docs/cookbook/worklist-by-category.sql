-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Hồ sơ đang mở đứng ở đâu, và việc đầu tiên là gì?
-- Mỗi hồ sơ ở đúng một nhóm. `expected_late` cộng nguy cơ của từng hồ sơ; hồ sơ đã quá hạn, tạm dừng hay chưa hẹn ngày
-- không có nguy cơ.
-- How do the open dossiers stand, and what comes first?
-- Each dossier is in exactly one group. `expected_late` adds up single risks; what is overdue, paused or without a due
-- day has none.
select l.name_vi as category,  -- tiếng Anh / in English: name_en
  count(*) as dossiers, count(*) filter (w.unit_level = 'so') as departments,
  count(*) filter (w.unit_level = 'huyen') as districts, count(*) filter (w.unit_level = 'xa') as communes,
  round(sum(w.risk), 1) as expected_late, min_by(w.action_vi, w.priority) as first_action  -- action_en
from worklist w
join code_lists l on l.table_name = 'worklist' and l.column_name = 'category' and l.code = w.category
group by l.name_vi, l.code_order
order by l.code_order
