select
    (select count(*) from after.marts.{{ table }}),
    coalesce(sum(n) filter (n > 0), 0),
    coalesce(- sum(n) filter (n < 0), 0)
from
    (
        select sum(side) as n
        from
            (
                select {{ columns }}, 1 as side
                from after.marts.{{ table }}
                union all
                select {{ columns }}, -1
                from before.marts.{{ table }}
            )
        group by {{ columns }}
    )
