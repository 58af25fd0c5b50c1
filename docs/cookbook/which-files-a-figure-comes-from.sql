-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Con số này tính từ những tệp nào?
-- Tệp của các nguồn mà chỉ tiêu cần, đã nhận đến ngày chốt; `sha256` nhận ra đúng tệp trong kho lưu. `tthc explain` còn
-- chỉ ra hồ sơ. `rows_superseded` là dòng đã có bản mới hơn ở tệp sau.
-- Which files does a figure come from?
-- Files of the sources that the indicator needs; `sha256` finds the very file in the archive. `tthc explain` also names
-- the dossiers. `rows_superseded` were replaced by newer rows of later files.
with needed as (
  select unnest(string_split(sources, ', ')) as source
  from dim_indicator
  where indicator_code = 'satisfaction_rate' and rule = 'plan'  -- đổi chỉ tiêu / change the indicator
)
select d.source, d.business_day, d.file_name, left(d.sha256, 12) as sha256, d.rows_in, d.rows_accepted,
  d.rows_superseded, d.rows_rejected
from deliveries d
join needed using (source)
where d.status = 'accepted'
order by d.business_day desc, d.source, d.file_name
limit 20
