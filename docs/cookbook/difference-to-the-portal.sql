-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Điểm của ta khác Cổng quốc gia bao nhiêu, và hồ sơ nào giải thích?
-- `cases` là số hồ sơ thuộc mỗi nguyên nhân, `numerator_effect` là chúng làm tử số của ta hơn bao nhiêu. Phần
-- `unexplained` không hồ sơ nào cho thấy: thường là khác cách tính.
-- How far is our score from the portal's, and which dossiers explain it?
-- `cases` counts the dossiers of each cause, `numerator_effect` says by how much they raise our numerator. What is
-- `unexplained` no dossier shows: usually another way of counting.
select c.component, c.portal_date, round(c.own_points, 2) as own, round(c.portal_points, 2) as portal,
  c.numerator_difference, c.denominator_difference, l.name_vi as cause,  -- tiếng Anh / in English: name_en
  a.cases, a.numerator_effect, a.denominator_effect, c.numerator_unexplained as unexplained
from decision_766_compared c
left join decision_766_causes a using (period_code, scope, unit_code, component)
left join code_lists l
  on l.table_name = 'decision_766_causes' and l.column_name = 'cause' and l.code = a.cause
where c.scope = 'province'  -- một sở / a department: c.scope = 'unit' and c.unit_code = 'H19.03'
order by abs(c.points_difference) desc nulls last, c.component, a.cases desc
