-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Nhiệm vụ nào của phụ lục kế hoạch đã quá hạn?
-- Theo báo cáo mới nhất của đơn vị (`nhiem_vu`). Việc xong muộn cũng tính là quá hạn; khi đó `done_date` có ngày.
-- Which tasks of the plan's annex are overdue?
-- By the units' newest reports (`nhiem_vu`). What was done late counts as overdue too; `done_date` then has a day.
select task_code, left(task, 60) as task, lead_unit, deadline_date, standing_vi, share_done, done_date,
  newest_report_date
from plan_tasks
where is_overdue
order by deadline_date, task_code
