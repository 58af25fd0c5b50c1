-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Nộp ngày nào trong tuần thì xong nhanh hơn?
-- Ngày lịch, vì người dân đếm ngày lịch: nộp thứ sáu thì cuối tuần nằm giữa. Hồ sơ trực tuyến nhận cả thứ bảy, chủ
-- nhật. Khác biệt nhỏ thường do thủ tục khác nhau, không do ngày.
-- On which weekday should one hand in to be done sooner?
-- Calendar days, as people count: Friday has the weekend in between. Online dossiers come on Saturday and Sunday too.
-- Small differences come from the mix of procedures rather than from the day.
select isodow(received_date) as weekday,  -- 1 thứ hai / Monday … 7 chủ nhật / Sunday
  count(*) as dossiers, round(avg(calendar_days), 1) as days, round(avg(working_days), 1) as working_days,
  round(100 * avg((outcome = 'overdue')::int), 1) as percent_overdue
from fct_timeliness
where received_date >= date '2024-01-01' and received_date < date '2025-01-01'  -- đổi khoảng ngày / change the days
  and finished_date is not null
group by weekday
order by weekday
