-- Counts scatter like their root: a bound lies beyond both the factor and the noise. Null: too few days to compare.
select
    u.source,
    u.business_day,
    u.usual_rows,
    u.compared_days,
    case
        when u.compared_days < l.least_compared_days
        then null
        when u.usual_rows < l.least_usual_rows
        then 0
        else greatest(least(u.usual_rows / l.factor, u.usual_rows - l.noise * sqrt(u.usual_rows)), 0)
    end as least_rows,
    case
        when u.compared_days >= l.least_compared_days
        then
            greatest(l.factor * greatest(u.usual_rows, l.least_usual_rows), u.usual_rows + l.noise * sqrt(u.usual_rows))
    end as most_rows
from {{ ref("int_usual_rows") }} u
join {{ source("registers", "hold_limit") }} l on u.source = l.source
