-- Points of the province at the last week ends and on the as-of day, oldest first. A row says what it may be compared
-- with: the day before it of the same year with the same known components.
select
    p.end_date as day,
    t.known_points,
    t.known_max,
    coalesce(
        year(p.end_date) = year(lag(p.end_date) over in_order)
        and abs(t.known_max - lag(t.known_max) over in_order) < 1e-9,
        false
    ) as is_comparable
from
    (
        select period_code, end_date
        from marts.dim_score_period
        where period_type = 'to_date' and isodow(end_date) = 7 and end_date < $as_of
        union all
        select $year_code, $as_of
    ) p
join marts.decision_766_totals t using (period_code)
where t.scope = 'province'
window in_order as (order by p.end_date)
order by p.end_date
