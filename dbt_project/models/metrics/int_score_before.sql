-- For each period of the score the one that people compare it with: seven days earlier, both from 1 January of the same
-- year; of a week the week before.
select p.period_code, min(q.period_code) as period_before
from {{ ref("dim_score_period") }} p
join
    {{ ref("dim_score_period") }} q
    on (
        p.period_type in ('to_date', 'year')
        and q.period_type = 'to_date'
        and p.start_date = q.start_date
        and {{ days_between("q.cut_date", "p.cut_date") }} = 7
    )
    or (p.period_type = 'week' and q.period_type = 'week' and {{ days_between("q.start_date", "p.start_date") }} = 7)
group by p.period_code
