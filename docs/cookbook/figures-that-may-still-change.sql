-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Số nào của kỳ đã đóng còn có thể thay đổi?
-- Chỉ tiêu có tử số không có ngày riêng (tệp, đồng bộ, thư xin lỗi) còn tăng khi bổ sung muộn. Đã đổi bao nhiêu giữa
-- hai phiên bản: `tthc sql --compare`; bản dữ liệu mở nào đã sửa gì thì ghi trong CHANGES của nó.
-- Which figures of closed periods may still change?
-- Indicators whose numerator has no day of its own (files, copies, letters) rise with late entries. What has changed
-- between two versions: `tthc sql --compare`; each open-data edition lists its revisions.
select v.indicator_code, v.rule, v.period_code, v.numerator, v.denominator, round(100 * v.value, 2) as percent,
  v.unknown_count
from indicator_values v
join dim_period p using (period_code)
where v.scope = 'province' and v.is_closed and v.is_provisional and p.period_type = 'quarter'
order by p.end_date desc, v.indicator_code, v.rule
limit 20
