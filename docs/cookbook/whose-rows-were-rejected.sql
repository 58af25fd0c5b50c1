-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Đơn vị nào giao nhiều dòng sai nhất?
-- Đơn vị trống là dòng sai đến mức không biết của ai. So với số hồ sơ của đơn vị, đơn vị lớn luôn có nhiều dòng hơn.
-- Which units deliver most wrong rows?
-- No unit means a row so wrong that nobody knows whose it is. Compare with the unit's size; large ones always have
-- more.
select coalesce(u.unit_name, '?') as unit, sum(q.row_count) as rows,
  string_agg(distinct q.source, ', ' order by q.source) as sources, count(distinct q.reason) as reasons
from quarantine_units q
left join dim_unit u using (unit_code)
group by unit
order by rows desc, unit
limit 15
