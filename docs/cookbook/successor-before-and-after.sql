-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Đơn vị nhận sáp nhập làm tốt hơn hay kém đi sau khi nhận?
-- Trước ngày ấy là tổng của đơn vị và các đơn vị cũ, sau ngày ấy là của đơn vị thay. Vài tháng đầu còn gánh hồ sơ tồn.
-- Does a unit that took others over do better or worse since?
-- Before the day, the unit and those it took over together; after it, the unit alone. The first months carry what was
-- left over.
with family as (
  select unit_code from dim_unit
  where unit_code = 'H19.31.14' or list_contains(string_split(replaced_by, ';'), 'H19.31.14')  -- đổi đơn vị / change
)
select h.period_code, count(*) as units, sum(h.received_online + h.received_direct) as received,
  sum(h.resolved_total) as resolved, sum(h.resolved_overdue) as overdue, sum(h.open_overdue) as open_overdue,
  round(100 * (1 - sum(h.resolved_overdue) / nullif(sum(h.resolved_total), 0)), 1) as percent_on_time
from handling_status h
join family using (unit_code)
join dim_period p using (period_code)
where h.scope = 'unit' and p.period_type = 'month'
group by h.period_code, p.end_date
order by p.end_date desc
limit 8
