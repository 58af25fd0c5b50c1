-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Biểu II.06a của một đơn vị theo từng lĩnh vực?
-- Các dòng cộng lại đúng bằng biểu của đơn vị (`handling_status`). Lĩnh vực `?`: danh mục thủ tục không ghi lĩnh vực.
-- Form II.06a of one unit, field by field?
-- The rows add up to the unit's form (`handling_status`). Field `?`: the list of procedures has none.
select coalesce(n.field_name, '?') as field, f.received_total, f.carried_over, f.resolved_total,
  f.resolved_early, f.resolved_on_time, f.resolved_overdue, f.open_total, f.open_overdue,
  round(100 * (f.resolved_total - f.resolved_overdue) / nullif(f.resolved_total, 0), 1) as percent_on_time
from handling_status_by_field f
left join (select field_code, max(field_name) as field_name from dim_procedure group by field_code) n
  using (field_code)
where f.scope = 'unit' and f.unit_code = 'H19.31'  -- đổi đơn vị / change the unit
  and f.period_code = '2024'  -- đổi kỳ / change the period
order by f.received_total desc, f.field_code
