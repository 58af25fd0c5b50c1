-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Riêng một thủ tục ở một đơn vị, ngày mất ở phòng nào và bước nào?
-- `days_per_dossier` cộng lại là số ngày làm việc trung bình của một hồ sơ từ bước đầu tiên. `p90` cao mà `median`
-- thấp: phần lớn nhanh, một số ít nằm rất lâu. `department` trống: nguồn không ghi phòng, ban.
-- For one procedure in one unit, which office and step take the days?
-- `days_per_dossier` adds up to a dossier's mean working days from its first step on. A high `p90` beside a low
-- `median`: most go fast, a few lie long. An empty `department`: the source names none.
select b.department, l.name_vi as step,  -- tiếng Anh / in English: name_en
  b.steps, b.rework_steps, b.median_working_days as median, b.p90_working_days as p90,
  round(b.days_per_dossier, 2) as days_per_dossier, round(100 * b.share_of_working_days, 1) as percent_of_days
from procedure_bottlenecks b
left join code_lists l
  on l.table_name = 'procedure_bottlenecks' and l.column_name = 'status' and l.code = b.status
where b.scope = 'unit' and b.finished_year = 2024
  and b.unit_code = 'H19.10'  -- đổi đơn vị / change the unit
  and b.procedure_code = '1.011441'  -- đổi thủ tục / change the procedure
order by b.days_per_dossier desc, b.department, b.status
