with
    days as (
        select
            source,
            business_day,
            count(*) filter (where status = 'accepted') as files,
            count(*) filter (where status = 'refused') as files_refused,
            sum(rows_in) filter (where status = 'accepted') as rows_in,
            sum(rows_rejected) filter (where status = 'accepted') as rows_rejected
        from {{ ref("deliveries") }}
        where status in ('accepted', 'refused')
        group by source, business_day
    )
select d.*, c.is_working_day, c.working_day_number
from days d
left join {{ ref("dim_calendar") }} c on d.business_day = c.calendar_date
