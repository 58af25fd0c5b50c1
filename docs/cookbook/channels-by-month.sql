-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Mỗi tháng bao nhiêu hồ sơ nộp trực tuyến, trực tiếp, qua bưu chính?
-- Tháng cuối chưa hết thì ít hồ sơ; tỷ lệ vẫn so được. Nguồn không ghi kênh thì tính là trực tiếp.
-- How many dossiers come online, at the desk and by post each month?
-- The last month may still run and be small; its share can be compared. Where the source names no channel it counts as
-- the desk.
select date_trunc('month', received_date)::date as month, count(*) as dossiers,
  count(*) filter (channel_code = 2) as online, count(*) filter (channel_code = 3) as post,
  count(*) filter (channel_code = 1 or channel_code is null) as desk,
  round(100 * avg(is_online::int), 1) as percent_online
from fct_online_share
where received_date >= date '2024-01-01'  -- đổi ngày / change the day
group by month
order by month desc
