-- Freshness of each source, with its missing days.
select
    f.source,
    f.newest_day,
    f.delivered_days,
    f.usual_gap,
    f.silence,
    f.longest_silence,
    f.is_late,
    coalesce(list(d.business_day order by d.business_day desc) filter (where d.is_missing), []) as missing_days
from marts.source_freshness f
left join marts.delivery_days d using (source)
group by all
order by f.source
