"""Deliveries of the small made-up warehouse: what came on which day, what was rejected of it, and how it compares."""

from .tiny_dimensions import AS_OF

# Dossiers come every working day from the middle of January on, and on one Saturday; one day is missing.
DELIVERIES = f"""
create table deliveries as
with files as (
    select * from (values
        ('ho_so', date '{AS_OF}', 'ho_so.csv', 'accepted', null, 150, 144, 3, 3, 120, 2),
        ('ho_so', date '{AS_OF}', 'ho_so.csv', 'restated', null, null, null, null, null, null, null),
        ('ho_so', date '{AS_OF}', 'ho_so_ban_sao.csv', 'duplicate', null, null, null, null, null, null, null),
        ('ho_so', date '2024-02-17', 'ho_so.csv', 'accepted', null, 4, 4, 0, 0, null, null),
        ('thu_tuc', date '{AS_OF}', 'thu_tuc.csv', 'accepted', null, 2, 2, 0, 0, null, null),
        ('don_vi', date '{AS_OF}', 'don_vi.csv', 'accepted', null, 4, 4, 0, 0, null, null),
        ('le_phi', date '{AS_OF}', 'le_phi.csv', 'refused', 'header_mismatch', null, null, null, null, null, null)
    ) as listed
    union all
    select 'ho_so', calendar_date, 'ho_so.csv', 'accepted', null, 140 + day(calendar_date), 140 + day(calendar_date),
           0, 0, null, null
    from dim_calendar
    where is_working_day and calendar_date >= date '2024-01-15' and calendar_date < date '{AS_OF}'
      and calendar_date <> date '2024-02-20'
)
select source, business_day, file_name, source as delivered_as,
       sha256(concat_ws(' ', source, business_day, file_name, status)) as sha256,
       1000 as byte_count, status, refusal, rows_in, rows_accepted, rows_rejected, rows_superseded, keys_before,
       keys_removed, false as is_shrunk, true as is_synthetic
from files as f (source, business_day, file_name, status, refusal, rows_in, rows_accepted, rows_rejected,
                 rows_superseded, keys_before, keys_removed);

create table quarantine_units as
select * from (values
    ('ho_so', date '{AS_OF}', 'ho_so.csv', 'unknown_unit', null, 1, '17'),
    ('ho_so', date '{AS_OF}', 'ho_so.csv', 'unknown_unit', 'H19.30', 1, '93'),
    ('ho_so', date '{AS_OF}', 'ho_so.csv', 'finished_before_received', 'H19.30.05', 1, '149')
) as reasons (source, business_day, file_name, reason, unit_code, row_count, first_rows);

create table quarantine_summary as
select source, business_day, file_name, reason, sum(row_count)::bigint as row_count
from quarantine_units
group by all;
"""

DAYS = f"""
create table source_freshness as
with days as (
    select source, business_day,
           (select count(*) from dim_calendar where is_working_day and calendar_date <= business_day) as number
    from deliveries where status = 'accepted'
),
silences as (
    select source, min(business_day) as first_day, max(business_day) as newest_day, count(*) as delivered_days,
           case when count(*) > 1 then 1.0::double end as usual_gap,
           (select count(*) from dim_calendar where is_working_day and calendar_date <= '{AS_OF}') - max(number)
               as silence
    from days group by source
)
select *, case when delivered_days >= 5 then 3.0::double end as longest_silence,
       delivered_days >= 5 as is_daily, false as is_late
from silences;

create table delivery_days as
with days as (
    select source, business_day, count(*) filter (where status = 'accepted') as files,
           count(*) filter (where status = 'refused') as files_refused,
           sum(rows_in)::bigint as rows_in, sum(rows_rejected)::bigint as rows_rejected
    from deliveries where status in ('accepted', 'refused') group by source, business_day
    union all
    select 'ho_so', date '2024-02-20', 0, 0, null, null
)
select source, business_day, files, files_refused, rows_in, rows_rejected, is_working_day, files = 0 as is_missing,
       case when compared > 0 then 150.0::double end as usual_rows, coalesce(compared, 0) as compared_days,
       case when compared >= 4 then 50.0::double end as least_rows,
       case when compared >= 4 then 450.0::double end as most_rows,
       case when files = 0 then 'missing' when not is_working_day then 'not_working'
            when compared >= 4 then 'usual' else 'not_compared' end as standing
from days
join dim_calendar on calendar_date = business_day
left join (
    select source, business_day, count(*) over (
        partition by source, isodow(business_day) > 5 order by business_day rows between 30 preceding and 1 preceding
    ) as compared
    from days where files > 0
) as earlier using (source, business_day);

create table delivery_measures as
with measured as (
    select source, business_day, 'rows' as measure, 'count' as family, '' as stratum, rows_in as x, 1 as n,
           ln(rows_in) as g, compared_days as compared
    from delivery_days where files > 0
    union all
    select source, business_day, 'channel_by_level', 'share', 'xa', rows_in // 2, rows_in, 1.6, compared_days
    from delivery_days where files > 0 and source = 'ho_so'
)
select source, business_day, measure, family, stratum, x::double as x, n::double as n, g::double as g,
       1 / (n + 0.5::double) as v, compared, case when compared > 0 then expected end as expected,
       case when compared > 0 then g - expected end as deviation, case when compared > 0 then 1.1::double end as bound,
       case when compared > 0 then if(family = 'count', 150.0::double, 0.5) end as usual_value,
       if(family = 'count', x, x / n)::double as value, if(compared >= 4, 'usual', 'not_compared') as standing,
       if(family = 'count', 'rows', 'channel') as topic, 7 as first
from (select *, if(family = 'count', ln(150.0), 1.5)::double as expected from measured);

create table unit_measures as
select 'ho_so' as source, date '{AS_OF}' as business_day, 'rows' as measure, unit_code, came::double as came,
       usual::double as usual, score::double as score, 4.84::double as bound,
       if(score is null, 'not_compared', 'usual') as standing
from (values ('H19.03', 60, 55, 0.4), ('H19.30', 70, 74, -0.3), ('H19.30.05', 20, null, null))
    as units (unit_code, came, usual, score);
"""
