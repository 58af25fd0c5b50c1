with
    days as (
        select source, business_day, files, files_refused, rows_in, rows_rejected, is_working_day
        from {{ ref("int_delivery_day") }}
        union all
        select source, business_day, 0, 0, null, null, true
        from {{ ref("int_missing_day") }}
    ),
    rows as (
        select
            m.source,
            m.business_day,
            m.usual_value as usual_rows,
            m.compared as compared_days,
            case
                when m.standing <> 'not_compared'
                then {{ settled("greatest(exp(m.expected - m.bound) * m.n - 0.5, 0)", 6) }}
            end as least_rows,
            case
                when m.standing <> 'not_compared' then {{ settled("exp(m.expected + m.bound) * m.n - 0.5", 6) }}
            end as most_rows,
            d.kind = 'off' as is_day_off
        from {{ ref("delivery_measures") }} m
        join {{ ref("prf_day") }} d using (source, business_day)
        where m.measure = 'rows'
    )
select
    d.source,
    d.business_day,
    d.files,
    d.files_refused,
    cast(d.rows_in as bigint) as rows_in,
    cast(d.rows_rejected as bigint) as rows_rejected,
    d.is_working_day,
    d.files = 0 as is_missing,
    b.usual_rows,
    coalesce(b.compared_days, 0) as compared_days,
    b.least_rows,
    b.most_rows,
    case
        when d.files = 0
        then 'missing'
        when d.rows_in > b.most_rows
        then 'high'
        when b.is_day_off
        then 'not_working'
        when d.rows_in = 0 and (b.least_rows > 0 or l.empty_without_history)
        then 'empty'
        when d.rows_in < b.least_rows
        then 'low'
        when b.most_rows is null
        then 'not_compared'
        else 'usual'
    end as standing
from days d
left join rows b on d.source = b.source and d.business_day = b.business_day
left join {{ source("registers", "hold_limit") }} l on d.source = l.source
