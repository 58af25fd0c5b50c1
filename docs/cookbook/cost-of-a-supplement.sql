-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Một lần yêu cầu bổ sung làm hồ sơ lâu thêm bao nhiêu?
-- `own_days` đã trừ lúc chờ người nộp. Hồ sơ bị bổ sung vốn khó hơn, nên không phải mọi khác biệt đều do bổ sung. Theo
-- Quyết định 766, từ hai lần trở lên là quá hạn.
-- How much longer does a dossier take for each supplement that was asked for?
-- `own_days` leaves out the wait for the applicant. Dossiers that need supplements are harder to begin with, so not all
-- of the difference is theirs. Under Decision 766 two or more make a dossier overdue.
select supplement_count, count(*) as dossiers, round(avg(working_days), 1) as days,
  round(avg(waited_working_days), 1) as days_waited,
  round(avg(working_days - waited_working_days), 1) as own_days,
  round(100 * avg((outcome = 'overdue')::int), 1) as percent_overdue,
  round(100 * avg((outcome_766 = 'overdue')::int), 1) as percent_overdue_766
from fct_timeliness
where finished_date >= date '2024-01-01' and finished_date < date '2025-01-01'  -- đổi khoảng ngày / change the days
group by supplement_count
order by supplement_count
