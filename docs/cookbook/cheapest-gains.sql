-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Lấy lại điểm 766 ở đâu thì ít việc nhất?
-- `points_per_100_cases` là điểm được thêm cho 100 trường hợp. `can_still_rise` sai: hồ sơ cũ không sửa được nữa, chỉ
-- hồ sơ sau này mới kéo lên. `tthc explain --gain` đi đến từng hồ sơ.
-- Where are points of Decision 766 cheapest to win?
-- `points_per_100_cases` is what 100 more cases win. `can_still_rise` false: past dossiers cannot be mended, only later
-- ones raise it. `tthc explain --gain` goes down to the dossiers.
select g.component, c.name_vi as name,  -- tiếng Anh / in English: name_en
  g.max_points, round(g.points, 2) as points, round(g.points_lost, 2) as points_lost, g.cases_to_full,
  round(100 * g.points_per_case, 2) as points_per_100_cases, g.can_still_rise
from decision_766_gains g
join dim_score_component c using (component)
where g.scope = 'province'  -- một đơn vị / a unit: g.scope = 'unit' and g.unit_code = 'H19.31'
  and c.valid_to is null
order by g.can_still_rise desc, g.points_per_case desc, g.component
