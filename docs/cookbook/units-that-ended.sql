-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Đơn vị nào đã kết thúc, ai thay, bao nhiêu hồ sơ chuyển theo?
-- Số liệu trước ngày kết thúc vẫn là của đơn vị cũ; hồ sơ đang mở thì từ ngày sau là của đơn vị thay. So trước sau phải
-- cộng các đơn vị cũ lại.
-- Which units have ended, who took over, and how many dossiers moved?
-- Figures before the last day stay with the old unit; what was open counts for the successor from the next day on. To
-- compare, add up the old units.
with moved as (
  select s.unit_code as old_code, count(*) as dossiers
  from fct_handovers s
  join fct_handovers n using (dossier_code)
  where s.cut_from = date '0001-01-01' and n.cut_from = s.cut_to + 1
  group by s.unit_code
)
select o.unit_name, o.valid_to as last_day, n.unit_name as taken_over_by, coalesce(m.dossiers, 0) as dossiers_moved
from dim_unit o
left join dim_unit n on list_contains(string_split(o.replaced_by, ';'), n.unit_code)
left join moved m on m.old_code = o.unit_code
where o.valid_to <= (select as_of from dim_run)
order by o.valid_to desc, o.unit_code, n.unit_code
