-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Dòng bị từ chối vì sao?
-- Một dòng có thể có nhiều lý do. Mã lý do được giải thích trong docs/refusals.md, kèm cách sửa; tên trường đứng sau
-- dấu hai chấm.
-- Why were rows rejected?
-- A row may have several reasons. Codes are explained with their mending in docs/refusals.md; the field stands after
-- the colon.
select source, reason, sum(row_count) as rows, count(distinct business_day) as days, max(business_day) as newest
from quarantine_summary
group by source, reason
order by rows desc, source, reason
limit 15
