with
    days as (select source, business_day, working_day_number from {{ ref("int_delivery_day") }} where files > 0),
    numbers as (select distinct source, working_day_number from days),
    gaps as (
        select
            source,
            working_day_number - lag(working_day_number) over (partition by source order by working_day_number) as gap
        from numbers
    ),
    cadence as (
        select source, median(gap) as usual_gap, avg(gap) as mean_gap, coalesce(stddev_samp(gap), 0) as scatter
        from gaps
        group by source
    ),
    came as (
        select
            source,
            min(business_day) as first_day,
            max(business_day) as newest_day,
            count(*) as delivered_days,
            max(working_day_number) as newest_number
        from days
        group by source
    ),
    today as (
        select max(c.working_day_number) as number
        from {{ ref("dim_calendar") }} c
        join {{ ref("dim_run") }} r on c.calendar_date = r.as_of
    ),
    silences as (
        select
            w.source,
            w.first_day,
            w.newest_day,
            w.delivered_days,
            g.usual_gap,
            greatest(t.number - w.newest_number, 0) as silence,
            case
                when w.delivered_days >= l.least_delivered_days
                then
                    greatest(
                        l.least_silence, l.freshness_factor * g.usual_gap, g.mean_gap + l.freshness_noise * g.scatter
                    )
            end as longest_silence
        from came w
        join cadence g on w.source = g.source
        left join {{ source("registers", "hold_limit") }} l on w.source = l.source
        cross join today t
    )
select
    *, longest_silence is not null and usual_gap = 1 as is_daily, coalesce(silence > longest_silence, false) as is_late
from silences
