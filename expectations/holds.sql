-- Những gì giữ bản dự tuyển lại, mỗi dòng một điều; override_code cho biết ai đã chấp thuận (trống là chưa ai).
-- What holds the candidate back, one row per thing; override_code names the approval (null: nobody's).
--
-- Beside the published tables the gate gives: hold_override (overrides.csv), drift_limit (holds.yml), and
-- previous_value: figures of closed periods, province and levels, of the version now published (none where none is),
-- previous_run: its as-of day, and jump_limit (holds.yml). Without drift_limit every change of a figure is held, without
-- jump_limit every step of more than one working day. A figure of the province that is gone is held however small its
-- denominator was; one whose numerator has no day of its own (matures) may rise. What was delivered for days after the
-- as-of day holds nothing.
-- Further off than the limit, where what matures may rise however far; what was there and is not strays, too.
create or replace temp macro strays(before, now, most, may_rise) as
    coalesce(abs(now - before), 1) > most and not (may_rise and coalesce(now >= coalesce(before, 0), false));
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
    things as (
        select case standing when 'empty' then 'empty' else 'volume' end as hold, source, business_day,
               null as indicator_code, null as rule, null as period_code, null as scope, null as unit_level
        from delivery_days
        where standing in ('low', 'high', 'empty') and business_day <= (select max(as_of) from dim_run)
        union all
        select 'freshness', source, null, null, null, null, null, null from source_freshness where is_late
        union all
        select distinct 'restatement', source, business_day, null, null, null, null, null
        from deliveries
        where is_shrunk and business_day <= (select max(as_of) from dim_run)
        union all
        select 'jump', 'ho_so', business_day, null, null, null, null, null from jumps
        union all
        select 'drift', null, null, indicator_code, rule, period_code, scope, unit_level
        from drifts
        left join drift_limit as l on true
        where (is_gone and value_before is not null and scope = 'province')
           or (greatest(denominator_before, denominator_now) >= coalesce(l.least_denominator, 0)
               and (strays(value_before, value_now, coalesce(l.value, 0), matures)
                    or strays(denominator_before, denominator_now, coalesce(l.denominator, 0) * denominator_before, matures)))
    )
select
    t.*,
    (
        select min(o.override_code)
        from hold_override as o
        where o.hold = t.hold
          and o.valid_until >= (select max(as_of) from dim_run)
          and o.source is not distinct from t.source
          and o.business_day is not distinct from t.business_day
          and o.indicator_code is not distinct from t.indicator_code
          and o.rule is not distinct from t.rule
          and (o.scope = '*' or o.scope is not distinct from t.scope)
          and (o.unit_level = '*' or o.unit_level is not distinct from t.unit_level)
    ) as override_code
from things as t;
