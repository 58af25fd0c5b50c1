select if(sum(side) > 0, 'added', 'removed') as change, abs(sum(side))::bigint as times, {{ columns }}
from
    (
        select {{ columns }}, 1 as side
        from after.marts.{{ table }}
        union all
        select {{ columns }}, -1
        from before.marts.{{ table }}
    )
group by {{ columns }}
having sum(side) <> 0
order by all
