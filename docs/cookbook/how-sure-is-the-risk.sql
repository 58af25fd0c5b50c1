-- Made by `make docs` from docs/cookbook/questions.yml; do not edit by hand.
-- Bao nhiêu hồ sơ còn hạn sẽ trễ, và nguy cơ ấy dựa trên bao nhiêu hồ sơ?
-- `expected_late` là số hồ sơ trễ nên chờ đợi trong mỗi nhóm nguy cơ. Nguy cơ nói đúng hay không thì không đọc được từ
-- một phiên bản: docs/worklist.vi.md cho biết nó đã đúng đến đâu khi thử lại trên cả năm. `fewest_cases` nhỏ thì nguy
-- cơ thô; `?` là không đủ hồ sơ để so.
-- How many dossiers still in time will be late, and on how many cases does the risk rest?
-- `expected_late` is how many to expect late in each band. Whether the risk tells the truth cannot be read from one
-- version: docs/worklist.md says how it did when a whole year was tried. Where `fewest_cases` is small the risk is
-- coarse; `?`: too few can be compared.
select case when risk < 0.02 then '< 2 %' when risk < 0.05 then '2–5 %' when risk < 0.1 then '5–10 %'
    when risk < 0.2 then '10–20 %' when risk < 0.5 then '20–50 %' when risk is null then '?'
    else '>= 50 %' end as risk_band,
  count(*) as dossiers, round(100 * avg(risk), 1) as mean_risk_percent, round(sum(risk), 1) as expected_late,
  min(risk_cases) as fewest_cases, median(risk_cases)::int as median_cases
from worklist
where category in ('due_today', 'due_soon', 'in_time')
group by risk_band
order by max(risk) desc nulls last
