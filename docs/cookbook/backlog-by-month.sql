-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Tồn đọng quá hạn tăng hay giảm qua các tháng?
-- Số ở ngày chốt của từng tháng, như cột (11) và (13) của biểu II.06a. Giải quyết nhanh hồ sơ mới mà bỏ hồ sơ cũ thì tỷ
-- lệ đúng hạn vẫn đẹp, tồn đọng thì không giảm.
-- Does the overdue backlog grow or shrink?
-- As of each month's cut, columns (11) and (13) of form II.06a. Who handles new dossiers and leaves the old keeps a
-- fine on-time rate and a backlog.
select h.period_code, sum(h.carried_over) as carried_over, sum(h.received_online + h.received_direct) as received,
  sum(h.resolved_total) as resolved, sum(h.open_total) as open, sum(h.open_overdue) as open_overdue
from handling_status h
join dim_period p using (period_code)
where h.scope = 'province' and p.period_type = 'month'
group by h.period_code, p.end_date
order by p.end_date desc
limit 12
