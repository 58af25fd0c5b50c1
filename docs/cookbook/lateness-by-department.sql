-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Hồ sơ trễ hẹn khi đang nằm ở phòng, ban nào?
-- Tính cho nơi hồ sơ nằm vào lúc ngày hẹn trôi qua. Nơi ấy chưa chắc gây ra chậm: hồ sơ có thể đến tay khi đã sát hẹn;
-- `percent_late_steps` (quá hạn của chính bước) nói rõ hơn, chỉ khi nguồn ghi hạn của bước. Một cửa thường giữ cả lúc
-- chờ bổ sung.
-- In which office do dossiers get late?
-- Counted where the dossier lay when its due day passed. That office need not have caused it: the dossier may have come
-- with the day almost over; `percent_late_steps` (past the step's own due day) tells more where the source has such
-- days. The one-stop desk usually holds what waits for supplements.
select u.unit_name, d.department, d.dossiers_late_here, d.still_open, d.steps,
  round(100 * d.late_steps / nullif(d.steps_with_due, 0), 1) as percent_late_steps,
  round((d.elapsed_working_days - d.waiting_working_days) / d.steps, 2) as own_days_per_step
from department_lateness d
join dim_unit u using (unit_code)
where d.scope = 'unit' and d.began_year = 2024  -- đổi năm / change the year
  and d.dossiers_late_here > 0
order by d.dossiers_late_here desc, u.unit_name, d.department
limit 20
