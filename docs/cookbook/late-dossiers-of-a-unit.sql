-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Những hồ sơ nào của đơn vị đang quá hạn, quá mấy ngày, nằm ở đâu?
-- Chỉ dùng nội bộ: mã hồ sơ không được đưa ra ngoài. Ngày làm việc quá hạn là số âm của `working_days_left`. Cột
-- `portal` cho biết Cổng quốc gia đã thấy hồ sơ xong chưa.
-- Which of the unit's open dossiers are overdue, by how many days, and where do they lie?
-- Internal: dossier codes must not leave the office. Working days late are the negative of `working_days_left`.
-- `portal` tells whether the national portal shows the dossier as finished.
select w.dossier_code, p.procedure_name, w.department, w.due_date, -w.working_days_left as working_days_late,
  w.apologised_date, w.portal, w.action_vi as action  -- action_en
from worklist w
join dim_procedure p using (procedure_code)
where w.category = 'overdue'
  and w.unit_code = 'H19.41'  -- đổi đơn vị / change the unit
order by working_days_late desc, w.dossier_code
