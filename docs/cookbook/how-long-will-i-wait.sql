-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Tôi nộp thủ tục này thì chờ bao lâu, ở đơn vị nào nhanh hơn?
-- Số ngày làm việc từ tiếp nhận đến kết thúc, kể cả lúc chờ bổ sung. Một nửa hồ sơ xong trong `median`, chín phần mười
-- trong `p90`; trung bình thì một hồ sơ rất lâu kéo lệch. Dưới khoảng 20 hồ sơ thì `p90` chỉ là hồ sơ chậm nhất hay
-- nhì. Chỉ hồ sơ đã xong: đầu năm, hồ sơ lâu còn chưa có mặt.
-- How long will I wait for this procedure, and where is it faster?
-- Working days from reception to the end, waits for supplements included. Half are done within `median`, nine of ten
-- within `p90`; a mean is pulled by one long dossier. With fewer than about 20 dossiers `p90` is merely the slowest or
-- the next. Finished dossiers alone: early in a year the long ones are not there yet.
select u.unit_name, t.dossiers, t.median_working_days as median, t.p90_working_days as p90,
  t.most_working_days as longest, p.time_limit, round(100 * t.overdue / t.dossiers, 1) as percent_overdue
from handling_times t
join dim_unit u using (unit_code)
join dim_procedure p using (procedure_code)
where t.scope = 'unit' and t.finished_year = 2024
  and t.procedure_code = '1.011441'  -- đổi thủ tục / change the procedure
  and t.dossiers >= 5
order by median, p90, u.unit_name
