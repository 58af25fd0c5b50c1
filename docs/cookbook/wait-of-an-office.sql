-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Ở một đơn vị, thủ tục nào chờ lâu nhất?
-- `percent_within_limit` không có ở đây: ngày hẹn của từng hồ sơ đã gồm gia hạn; so `p90` với `time_limit` chỉ khi đơn
-- vị là ngày làm việc.
-- In one unit, which procedures take longest?
-- Compare `p90` with `time_limit` only where that is in working days; a dossier's own due day may have been extended.
select p.procedure_name, t.dossiers, t.median_working_days as median, t.p90_working_days as p90, p.time_limit,
  l.name_vi as time_limit_unit, t.overdue  -- tiếng Anh / in English: name_en
from handling_times t
join dim_procedure p using (procedure_code)
left join code_lists l
  on l.table_name = 'dim_procedure' and l.column_name = 'time_limit_unit' and l.code = p.time_limit_unit
where t.scope = 'unit' and t.finished_year = 2024
  and t.unit_code = 'H19.03'  -- đổi đơn vị / change the unit
order by t.p90_working_days desc, t.dossiers desc, p.procedure_code
limit 15
