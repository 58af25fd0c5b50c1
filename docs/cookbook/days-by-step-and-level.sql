-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Ở từng cấp, một hồ sơ nằm ở mỗi bước bao nhiêu ngày?
-- Số ngày làm việc trung bình của một hồ sơ đã kết thúc. Cấp có nhiều thủ tục dài thì cột cao hơn: so các bước trong
-- một cấp trước, so các cấp sau.
-- At each level, how many days does a dossier spend in each step?
-- Mean working days per finished dossier. A level with long procedures stands higher: compare steps within a level
-- first, levels after that.
with dossiers as (
  select unit_level, sum(dossiers) as dossiers from handling_times
  where scope = 'level' and procedure_code is null and finished_year = 2024
  group by unit_level
)
select v.name_vi as level, l.name_vi as step, b.phase,  -- tiếng Anh / in English: name_en
  round(sum(b.elapsed_working_days) / any_value(d.dossiers), 2) as days_per_dossier
from procedure_bottlenecks b
join dossiers d using (unit_level)
join dim_level v on v.level_code = b.unit_level
left join code_lists l
  on l.table_name = 'procedure_bottlenecks' and l.column_name = 'status' and l.code = b.status
where b.scope = 'level' and b.finished_year = 2024  -- đổi năm ở cả hai nơi / change the year in both places
group by v.name_vi, v.level_rank, l.name_vi, b.phase
order by v.level_rank, days_per_dossier desc, step
