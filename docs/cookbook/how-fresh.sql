-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Nguồn nào đã lâu không giao?
-- Ngày làm việc. `is_late` so với nhịp giao của chính nguồn, nên nguồn giao hằng quý không bị coi là trễ sau một tuần.
-- Which sources have been silent for long?
-- Working days. `is_late` compares with the source's own cadence, so a quarterly one is not late after a week.
select source, newest_day, delivered_days, round(usual_gap, 1) as usual_gap, silence,
  round(longest_silence, 1) as longest_silence, is_late
from source_freshness
order by is_late desc nulls last, silence desc, source
