-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Hồ sơ nào của đơn vị đã xong trễ trong năm, trễ bao nhiêu ngày?
-- Nội bộ. `days_late` là ngày lịch, 0 nếu không trễ, trống nếu chưa xong. Hồ sơ không có ngày hẹn tính là đúng hạn.
-- Which of the unit's dossiers were finished late this year, by how many days?
-- Internal. `days_late` are calendar days, 0 where not late, null while open. Dossiers without a due day count as on
-- time.
select t.dossier_code, p.procedure_name, t.received_date, t.due_date, t.finished_date, t.days_late,
  t.supplement_count, t.apologised_date
from fct_timeliness t
join dim_procedure p using (procedure_code)
where t.outcome = 'overdue' and t.finished_date >= date '2024-01-01'
  and t.unit_code = 'H19.41'  -- đổi đơn vị / change the unit
order by t.days_late desc, t.dossier_code
limit 50
