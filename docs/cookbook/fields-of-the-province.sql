-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Lĩnh vực nào trễ nhất trong toàn tỉnh?
-- Chỉ lĩnh vực có ít nhất 30 hồ sơ đã giải quyết trong kỳ.
-- Which fields are latest in the whole province?
-- Fields with at least 30 dossiers resolved in the period.
select coalesce(n.field_name, '?') as field, f.resolved_total, f.resolved_overdue, f.open_overdue,
  round(100 * f.resolved_overdue / f.resolved_total, 1) as percent_overdue
from handling_status_by_field f
left join (select field_code, max(field_name) as field_name from dim_procedure group by field_code) n
  using (field_code)
where f.scope = 'province' and f.resolved_total >= 30
  and f.period_code = '2024'  -- đổi kỳ / change the period
order by percent_overdue desc, f.field_code
limit 15
