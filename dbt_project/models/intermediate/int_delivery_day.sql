-- A day is compared with its like only: the same weekday, worked or not; nth counts them.
with
    days as (
        select
            source,
            business_day,
            dayofweek(business_day) as weekday,
            count(*) filter (where status = 'accepted') as files,
            count(*) filter (where status = 'refused') as files_refused,
            sum(rows_in) filter (where status = 'accepted') as rows_in,
            sum(rows_rejected) filter (where status = 'accepted') as rows_rejected
        from {{ ref("deliveries") }}
        where status in ('accepted', 'refused')
        group by source, business_day
    )
select
    d.*,
    c.is_working_day,
    c.working_day_number,
    row_number() over (partition by d.source, d.files > 0, d.weekday, c.is_working_day order by d.business_day) as nth
from days d
left join {{ ref("dim_calendar") }} c on d.business_day = c.calendar_date
