-- Files and rows per source, with its freshness.
select
    d.source,
    count(*) filter (where status = 'accepted'),
    count(*) filter (where status = 'refused'),
    coalesce(sum(rows_in), 0),
    coalesce(sum(rows_accepted), 0),
    coalesce(sum(rows_superseded), 0),
    coalesce(sum(rows_rejected), 0),
    any_value(f.newest_day),
    any_value(usual_gap),
    any_value(silence),
    any_value(longest_silence),
    coalesce(any_value(is_late), false),
    coalesce((select count(*) from delivery_days m where m.source = d.source and m.is_missing), 0)
from (select * replace (case when status = 'accepted' then rows_in end as rows_in) from deliveries) d
left join source_freshness f on f.source = d.source
group by d.source
order by d.source
