-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Đã có hồ sơ nào bị rút khỏi dữ liệu, và rút đi thì tỷ lệ đẹp lên không?
-- `late_percent` cao hơn hẳn `province_percent` nghĩa là hồ sơ trễ bị rút nhiều hơn phần của nó. Một dòng cả khi không
-- có gì bị rút.
-- Were dossiers taken out of the data, and did that make rates look better?
-- Where `late_percent` is far above `province_percent`, late dossiers were removed more often than their share. One row
-- even where nothing was removed.
select coalesce(sum(late + on_time + still_open), 0) as removed, coalesce(sum(late), 0) as late,
  round(100 * sum(late) / nullif(sum(late + on_time), 0), 1) as late_percent,
  round(100 * max(province_late_share), 1) as province_percent, count(distinct unit_code) as units,
  max(removed_on) as newest
from removals
