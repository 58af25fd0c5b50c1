-- Published tables of closed periods that stay unchanged: fewer than `thaw` cases entered, left or moved to another
-- cell.
create or replace table frozen as
with
    placed as (
        select *, hash(whole, scope, unit_code, unit_level, counts) as place, 1 as side from case_in
        union all
        select *, hash(whole, scope, unit_code, unit_level, counts), -1 from case_before
    ),
    other as (
        select part, period_code, key from placed group by part, period_code, key, place having sum(side) <> 0
    ),
    moved as (select part, period_code, count(distinct key) as moved from other group by all)
select part, period_code, coalesce(moved, 0) as moved
from (select distinct part, period_code from memory where is_out)
join period using (period_code)
left join moved using (part, period_code)
where coalesce(moved, 0) < $thaw
