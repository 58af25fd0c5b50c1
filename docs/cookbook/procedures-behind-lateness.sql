-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Vài thủ tục nào làm nên phần lớn hồ sơ trễ của tỉnh?
-- `percent_running` cộng dồn từ trên xuống: thường chỉ vài thủ tục đã gần đủ. Thủ tục có nhiều hồ sơ trễ chưa chắc có
-- tỷ lệ trễ cao: xem cả `percent_overdue`.
-- Which few procedures make up most of the province's lateness?
-- `percent_running` adds up from above: few procedures are usually enough. Many late dossiers do not mean a high rate:
-- see `percent_overdue` too.
select p.procedure_name, p.field_name, t.dossiers, t.overdue, round(100 * t.overdue / t.dossiers, 1) as percent_overdue,
  round(100 * sum(t.overdue) over (order by t.overdue desc, t.procedure_code) / sum(t.overdue) over (), 1)
    as percent_running
from handling_times t
join dim_procedure p using (procedure_code)
where t.scope = 'province' and t.finished_year = 2024  -- đổi năm / change the year
order by t.overdue desc, t.procedure_code
limit 15
