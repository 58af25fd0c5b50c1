-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Mã trạng thái nghĩa là gì, và mỗi trạng thái có bao nhiêu hồ sơ?
-- Tên lấy từ `code_lists`, bảng mã của mọi cột có mã; tìm theo `table_name`, `column_name`. Mã không có tên hiện ra với
-- tên trống.
-- What do status codes mean, and how many dossiers have each?
-- Names come from `code_lists`, which has the codes of every coded column; look up `table_name`, `column_name`. A code
-- without a name shows an empty one.
with counted as (
  select status_code, count(*) as dossiers from fct_timeliness
  where received_date >= date '2024-01-01'  -- đổi ngày / change the day
  group by status_code
)
select c.status_code, l.name_vi, l.name_en, c.dossiers
from counted c
left join code_lists l
  on l.table_name = 'fct_timeliness' and l.column_name = 'status_code' and l.code = c.status_code::varchar
order by c.status_code
