-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Lần giao mới nhất có gì khác thường?
-- So với chính các lần giao trước của nguồn; `times_the_bound` quá 1 là khác thường (`unusual`), gần 1 là nên để ý.
-- Khác thường chưa phải sai. Mỗi phép đo được giải thích trong registers/vietnam/measures.yml.
-- What is unusual about the newest deliveries?
-- Against the source's own earlier deliveries; above 1 `times_the_bound` is `unusual`, near 1 worth a look. Unusual is
-- not wrong. Each measure is explained in registers/vietnam/measures.yml.
select source, measure, stratum, round(usual_value, 3) as usual_value, round(value, 3) as value,
  round(abs(deviation) / nullif(bound, 0), 2) as times_the_bound, standing
from delivery_measures
where standing <> 'not_compared'
  and business_day = (select max(business_day) from delivery_measures)  -- đổi ngày / change the day
order by times_the_bound desc nulls last, source, measure, stratum
limit 15
