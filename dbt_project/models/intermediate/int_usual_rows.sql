-- The middle of the last eight days of the same kind; one odd day among them moves it little.
select d.source, d.business_day, median(e.rows_in) as usual_rows, count(*) as compared_days
from {{ ref("int_delivery_day") }} d
join
    {{ ref("int_delivery_day") }} e
    on d.source = e.source
    and d.weekday = e.weekday
    and d.is_working_day = e.is_working_day
    and e.files > 0
    and e.nth between d.nth - 8 and d.nth - 1
where d.files > 0
group by d.source, d.business_day
