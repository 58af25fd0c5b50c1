-- Working days without any file, only of sources that usually come every working day.
select f.source, c.calendar_date as business_day
from {{ ref("source_freshness") }} f
join
    {{ ref("dim_calendar") }} c
    on c.is_working_day
    and c.calendar_date > f.first_day
    and c.calendar_date <= (select max(as_of) from {{ ref("dim_run") }})
left join {{ ref("int_delivery_day") }} d on f.source = d.source and c.calendar_date = d.business_day
where f.is_daily and d.source is null
