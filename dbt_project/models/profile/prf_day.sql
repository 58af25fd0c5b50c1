-- The days that a source came on, how often it comes (middle of the last thirty gaps, in working days), and how many
-- working days each stands for. Days off of a daily source are compared with their like; counts around a long holiday
-- (five days off and more in a row, so Tết) with nothing.
with
    came as (
        select source, business_day, sum(rows_in) as rows_in
        from {{ source("ledger", "delivery") }}
        where status = 'accepted'
        group by source, business_day
    ),
    free as (
        select working_day_number, min(calendar_date) - 8 as first_day, max(calendar_date) + 8 as last_day
        from {{ ref("dim_calendar") }}
        where not is_working_day
        group by working_day_number
        having count(*) >= 5
    ),
    holiday as (
        select distinct c.calendar_date
        from {{ ref("dim_calendar") }} c
        join free f on c.calendar_date between f.first_day and f.last_day
    ),
    gaps as (
        select
            d.*,
            c.is_working_day,
            h.calendar_date is not null as is_by_holiday,
            c.working_day_number - lag(c.working_day_number) over days as gap
        from came d
        left join {{ ref("dim_calendar") }} c on d.business_day = c.calendar_date
        left join holiday h on d.business_day = h.calendar_date
        window days as (partition by d.source order by d.business_day)
    ),
    rhythm as (
        select
            *,
            {{
                median_over(
                    "gap", "partition by source order by business_day rows between 29 preceding and current row"
                )
            }} as cadence
        from gaps
    )
select
    source,
    business_day,
    rows_in,
    cadence,
    case when gap is not null then greatest(gap, 1) end as working_days,
    case when coalesce(cadence > 1.5, false) then '' when is_working_day is false then 'off' else 'working' end as kind,
    is_by_holiday and coalesce(cadence <= 1.5, true) as is_by_holiday
from rhythm
