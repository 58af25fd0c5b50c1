-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Nguồn nào giao thiếu ngày, bị từ chối tệp hoặc nhiều dòng?
-- Một ngày thiếu không có nghĩa là không có hồ sơ. `refused_files` là cả tệp không đọc được, `percent_rejected` là dòng
-- sai trong tệp đã nhận.
-- Which sources missed days, or had files or many rows refused?
-- A missing day does not mean that there were no dossiers. `refused_files` could not be read at all; `percent_rejected`
-- are wrong rows of accepted files.
select source, count(*) filter (is_missing) as missing_days, sum(files) as files, sum(files_refused) as refused_files,
  sum(rows_in) as rows_in, sum(rows_rejected) as rejected,
  round(100 * sum(rows_rejected) / nullif(sum(rows_in), 0), 2) as percent_rejected,
  count(*) filter (standing in ('low', 'high', 'empty')) as unusual_days
from delivery_days
where business_day >= date '2024-01-01'  -- đổi ngày / change the day
group by source
order by rejected desc, source
