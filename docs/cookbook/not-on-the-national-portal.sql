-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Hồ sơ nào chưa đồng bộ lên Cổng quốc gia, hoặc ở đó một trạng thái khác?
-- Trạng thái ở tỉnh và trên Cổng, số hồ sơ mỗi cặp. Hồ sơ mới vài ngày chưa lên là bình thường; đã xong từ lâu mà trên
-- Cổng còn mở thì mất điểm 2.1. Cùng trạng thái mà vẫn ở đây: ngày kết thúc khác nhau.
-- Which dossiers are not on the national portal, or stand there otherwise?
-- Status here and there, dossiers of each pair. Missing for some days is normal; finished long ago here and open there
-- costs points of 2.1. Where both statuses are the same, the finish days differ.
with counted as (
  select status_code, copy_status_code, is_found, count(*) as dossiers,
    count(*) filter (unit_level = 'xa') as of_communes, max(received_date) as newest_received
  from fct_national_sync
  where (not is_found or not is_matching) and received_date >= date '2024-01-01'  -- đổi ngày / change the day
  group by all
)
select coalesce(here.name_vi, '?') as status_here,  -- tiếng Anh / in English: name_en
  if(c.is_found, coalesce(there.name_vi, '?'), '–') as status_there,
  c.dossiers, c.of_communes, c.newest_received
from counted c
left join code_lists here on here.table_name = 'fct_national_sync' and here.column_name = 'status_code'
  and here.code = c.status_code::varchar
left join code_lists there on there.table_name = 'fct_national_sync' and there.column_name = 'copy_status_code'
  and there.code = c.copy_status_code::varchar
order by c.dossiers desc, status_here, status_there
limit 15
