-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Thủ tục toàn trình nào vẫn được nộp chủ yếu tại quầy?
-- Xếp theo số hồ sơ tại quầy, tức là nơi vận động thì được nhiều nhất. Không phải lỗi của người dân, thường là bước nộp
-- quá khó.
-- Which wholly online procedures are still handed in at the desk?
-- By dossiers at the desk, that is where most is to be won. Usually the form is too hard, not the applicant unwilling.
with counted as (
  select procedure_code, count(*) as dossiers, count(*) filter (not is_online) as not_online
  from fct_online_share
  where received_date >= date '2024-01-01'  -- đổi ngày / change the day
  group by procedure_code
)
select p.procedure_name, c.dossiers, c.not_online,
  round(100 * (c.dossiers - c.not_online) / c.dossiers, 1) as percent_online
from counted c
join dim_procedure p using (procedure_code)
where p.service_level = 4
order by c.not_online desc, p.procedure_code
limit 15
