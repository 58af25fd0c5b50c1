-- Những gì giữ bản dự tuyển lại, mỗi dòng một điều; override_code cho biết ai đã chấp thuận (trống là chưa ai).
-- What holds the candidate back, one row per thing; override_code names the approval (null: nobody's).
--
-- Beside the published tables the gate gives: hold_override (overrides.csv), drift_limit (holds.yml), and
-- previous_value: figures of closed periods, province and levels, of the version now published (none where none is),
-- previous_run: its as-of day, and jump_limit (holds.yml). Without drift_limit every change of a figure is held, without
-- jump_limit every step of more than one working day. A figure of the province that is gone is held however small its
-- denominator was; one whose numerator has no day of its own (matures) may rise. What was delivered for days after the
-- as-of day holds nothing. previous_delivery: what the published version was made of. What a delivery looks like is judged
-- once, when it comes: volume, profile and unit are about days with a delivery that the published version has not.
create or replace temp macro in_words(family, value) as
    case
        when value is null then '–'
        when family in ('share', 'rare') and value > 0 and value < 0.01 then format('{:.2f} %', 100 * value)
        when family in ('share', 'rare') then format('{:.1f} %', 100 * value)
        else format('{:.2f}', value)
    end;
-- Days with a delivery that the published version has not, and the files that came.
create or replace temp view new_delivery as
select source, business_day, string_agg(distinct file_name, ', ' order by file_name) as files
from deliveries as d
where status = 'accepted' and business_day <= (select max(as_of) from dim_run)
group by source, business_day
having bool_or(
    not exists (select 1 from previous_delivery as p where p.source = d.source and p.sha256 = d.sha256)
);
create or replace temp view held as
with
    drifts as (
        select
            indicator_code, rule, period_code, scope, unit_level,
            p.value as value_before, c.value as value_now,
            p.denominator as denominator_before, coalesce(c.denominator, 0) as denominator_now,
            c.value is null as is_gone, coalesce(i.matures, false) as matures
        from previous_value as p
        left join indicator_values as c using (indicator_code, rule, period_code, scope, unit_code, unit_level)
        left join dim_indicator as i using (indicator_code, rule)
        where p.end_date <= (select max(as_of) from dim_run)
    ),
    -- The days that ho_so has come to, and the as-of day itself where somebody chose a later one.
    reached as (
        select d.business_day, d.rows_in, c.working_day_number as number
        from delivery_days as d
        join dim_calendar as c on c.calendar_date = d.business_day
        where d.source = 'ho_so' and d.files > 0 and d.business_day <= (select max(as_of) from dim_run)
        union all
        select max(r.as_of), null, max(c.working_day_number)
        from dim_run as r
        join dim_calendar as c on c.calendar_date = r.as_of
        where r.as_of not in (select business_day from delivery_days where source = 'ho_so' and files > 0)
        having count(*) > 0
    ),
    steps as (select *, number - lag(number) over (order by business_day) as step from reached),
    rhythm as (
        select
            business_day, step, coalesce(rows_in, 0) as rows_in, lag(business_day) over days as day_before,
            count(*) over before as days_before, median(rows_in) over before as usual_rows,
            median(step) filter (where step > 0) over before as usual_step
        from steps
        window days as (order by business_day),
               before as (order by business_day rows between unbounded preceding and 1 preceding)
    ),
    -- New days only: after the published as-of day or, where nothing is published, the newest one.
    jumps as (
        select r.business_day
        from rhythm as r
        left join jump_limit as l on true
        where r.business_day > coalesce((select max(as_of) from previous_run), (select max(day_before) from rhythm))
          and case
                  when r.days_before >= coalesce(l.least_delivered_days, 0)
                  then r.step > coalesce(greatest(l.factor * r.usual_step, l.least_step), 1)
                  else r.step > l.unknown_step and r.rows_in * l.unknown_rows < r.usual_rows
              end
    ),
    -- Unusual measures of one topic are one thing; the first names it. How many rows came is volume.
    profiles as (
        select source, business_day, measure, stratum, family, usual_value, value, files
        from delivery_measures
        join new_delivery using (source, business_day)
        where standing = 'unusual' and measure <> 'rows'
        qualify row_number() over (
            partition by source, business_day, topic order by first, abs(deviation) / bound desc, measure, stratum
        ) = 1
    ),
    -- Of a unit that stands out in several measures the one furthest off names it.
    units as (
        select source, business_day, measure, unit_code, usual, came, files
        from unit_measures
        join new_delivery using (source, business_day)
        where standing = 'unusual'
        qualify row_number() over (
            partition by source, business_day, unit_code order by abs(score) desc, measure
        ) = 1
    ),
    things as (
        select 'empty' as hold, source, business_day, '0' as came
        from delivery_days
        where standing = 'empty' and business_day <= (select max(as_of) from dim_run)
        union all by name
        select 'volume' as hold, source, business_day, format('{:.0f}', cast(usual_rows as double)) as usual,
               cast(rows_in as varchar) as came, new_delivery.files
        from delivery_days
        join new_delivery using (source, business_day)
        where standing in ('low', 'high')
        union all by name
        select 'profile' as hold, source, business_day, measure, stratum, in_words(family, usual_value) as usual,
               in_words(family, value) as came, files
        from profiles
        union all by name
        select 'unit' as hold, source, business_day, measure, unit_code, format('{:.0f}', cast(usual as double)) as usual,
               format('{:.0f}', cast(came as double)) as came, files
        from units
        union all by name
        select 'freshness' as hold, source from source_freshness where is_late
        union all by name
        select distinct 'restatement' as hold, source, business_day
        from deliveries
        where is_shrunk and business_day <= (select max(as_of) from dim_run)
        union all by name
        select 'jump' as hold, 'ho_so' as source, business_day from jumps
        union all by name
        select 'drift' as hold, indicator_code, rule, period_code, scope, unit_level
        from drifts
        left join drift_limit as l on true
        where (is_gone and value_before is not null and scope = 'province')
           or (greatest(denominator_before, denominator_now) >= coalesce(l.least_denominator, 0)
               and not (matures and not is_gone and value_now >= coalesce(value_before, 0)
                        and denominator_now >= denominator_before)
               and (coalesce(abs(value_now - value_before), 1) > coalesce(l.value, 0)
                    or abs(denominator_now - denominator_before) > coalesce(l.denominator, 0) * denominator_before))
        -- Every column of the view, whatever kinds there are.
        union all by name
        select null::varchar as register, null::varchar as entry, null::varchar as value_hash where false
    )
select
    hold, source, business_day, indicator_code, rule, period_code, scope, unit_level, measure, stratum, unit_code, register,
    entry, usual, came, value_hash, files,
    (
        select min(o.override_code)
        from hold_override as o
        where o.hold = t.hold
          and o.valid_until >= (select max(as_of) from dim_run)
          and o.source is not distinct from t.source
          and o.business_day is not distinct from t.business_day
          and o.indicator_code is not distinct from t.indicator_code
          and o.rule is not distinct from t.rule
          and o.measure is not distinct from t.measure
          and o.unit_code is not distinct from t.unit_code
          and o.register is not distinct from t.register
          and o.entry is not distinct from t.entry
          and o.value_hash is not distinct from t.value_hash
          and (o.scope = '*' or o.scope is not distinct from t.scope)
          and (o.unit_level = '*' or o.unit_level is not distinct from t.unit_level)
    ) as override_code
from things as t;
