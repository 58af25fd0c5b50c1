-- Published tables of closed periods that stay unchanged: fewer than `thaw` cases entered, left or moved to another
-- cell. A cell with as many cases and the same sums over their keys has the same cases (`case_keys`), so single cases
-- are compared in the other cells only.
create or replace table frozen as
with
    placed as (
        select *, hash(whole, scope, unit_code, unit_level, counts) as place, 1 as side from case_in
        union all
        select *, hash(whole, scope, unit_code, unit_level, counts), -1 from case_before
    ),
    published as (select distinct part, period_code from memory where is_out),
    touched as (
        select part, period_code, place
        from placed
        semi join published using (part, period_code)
        group by part, period_code, place
        having sum(side) <> 0 or sum(side * key) <> 0 or sum(side * (hash(key) >> 24)::bigint) <> 0
    ),
    other as (
        select part, period_code, key
        from placed
        semi join touched using (part, period_code, place)
        group by part, period_code, key, place
        having sum(side) <> 0
    ),
    moved as (select part, period_code, count(distinct key) as moved from other group by all)
select part, period_code, coalesce(moved, 0) as moved
from published
join period using (period_code)
left join moved using (part, period_code)
where coalesce(moved, 0) < $thaw
