-- Periods of the form, and those of the score alone. What runs from 1 January is what the national portal shows.
with
    listed as (
        select period_code, period_type, start_date, end_date, cut_date, is_closed, true as is_listed
        from {{ ref("int_period") }}
    ),
    moving as (
        select
            p.period_code,
            p.period_type,
            p.start_date,
            p.end_date,
            least(p.end_date, r.as_of) as cut_date,
            p.end_date <= r.as_of as is_closed,
            false as is_listed
        from {{ source("registers", "score_period") }} p
        cross join {{ source("registers", "run") }} r
    )
select *, month(start_date) = 1 and day(start_date) = 1 and period_type in ('to_date', 'year', 'report') as is_to_date
from listed
union all
select *, period_type = 'to_date' as is_to_date
from moving
