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
-- removal_limit (holds.yml): when late dossiers vanish too often. first_value: what each figure of a closed period was when
-- first published, or when a change of it was last approved. previous_register: the registers as the published version has
-- them; no row where it has no copy, and then nothing is held for an edit.
create or replace temp macro in_words(family, value) as
    case
        when value is null then '–'
        when family in ('share', 'rare') and value > 0 and value < 0.01 then format('{:.2f} %', 100 * value)
        when family in ('share', 'rare') then format('{:.1f} %', 100 * value)
        else format('{:.2f}', value)
    end;
-- Files in words: the first three by name, and how many more.
create or replace temp macro listed(names) as
    array_to_string(list_sort(list(distinct names))[1:3], ', ')
    || case when count(distinct names) > 3 then format(' (+{})', count(distinct names) - 3) else '' end;
-- Days with a delivery that the published version has not, and the files that came.
create or replace temp view new_delivery as
select
    source, business_day, listed(file_name) as files
from deliveries as d
where status = 'accepted' and business_day <= (select max(as_of) from dim_run)
group by source, business_day
having bool_or(
    not exists (select 1 from previous_delivery as p where p.source = d.source and p.sha256 = d.sha256)
);
-- What came new for days up to the end of a closed period.
create or replace temp macro came_again(last_day) as (
    select listed(files) from new_delivery where business_day <= last_day
);
-- Further off than the limit, where what matures may rise however far; what was there and is not strays, too.
create or replace temp macro strays(before, now, most, may_rise) as
    coalesce(abs(now - before), if(now is null and before is null, 0, 1)) > most and not (may_rise and coalesce(now >= coalesce(before, 0), false));
create or replace temp macro figure_told(share, part, whole) as
    case
        when coalesce(whole, 0) = 0 then format('{:g}', share::double)
        else format('{:.1f} % ({:g}/{:g})', 100 * share::double, part::double, whole::double)
    end;

-- Without limits every late dossier that vanishes counts for the suspicion, however often others do.
create or replace temp macro removal_sum(late, other, share, odds) as
    case
        when odds is null then late
        else late * ln(odds / (1 - share + odds * share)) - other * ln(1 - share + odds * share)
    end;

create or replace temp view held as
with
    drifts as (
        select
            indicator_code, rule, period_code, scope, unit_level,
            p.value as value_before, c.value as value_now, p.numerator as numerator_before, c.numerator as numerator_now,
            p.denominator as denominator_before, coalesce(c.denominator, 0) as denominator_now,
            c.value is null as is_gone, coalesce(i.matures, false) as matures, p.end_date
        from previous_value as p
        left join indicator_values as c using (indicator_code, rule, period_code, scope, unit_code, unit_level)
        left join dim_indicator as i using (indicator_code, rule)
        where p.is_closed and p.end_date <= (select max(as_of) from dim_run)
    ),
    drifted as (
        select d.*
        from drifts as d
        left join drift_limit as l on true
        where (is_gone and value_before is not null and scope = 'province')
           or (greatest(denominator_before, denominator_now) >= coalesce(l.least_denominator, 0)
               and (strays(value_before, value_now, coalesce(l.value, 0), matures)
                    or strays(denominator_before, denominator_now, coalesce(l.denominator, 0) * denominator_before, matures)))
    ),
    -- Figures that are as far from what was first published as drift allows in one night, though no night went so far.
    -- What matures rises by itself and is held only where it falls.
    crept as (
        select
            indicator_code, rule, period_code, scope, unit_level, f.end_date, f.value as value_first, c.value as value_now,
            f.numerator as numerator_first, c.numerator as numerator_now, f.denominator as denominator_first,
            c.denominator as denominator_now
        from first_value as f
        join indicator_values as c using (indicator_code, rule, period_code, scope, unit_code, unit_level)
        left join dim_indicator as i using (indicator_code, rule)
        left join drift_limit as l on true
        where f.end_date <= (select max(as_of) from dim_run)
          and c.value is not null  -- a figure that is gone is drift
          and greatest(f.denominator, c.denominator) >= coalesce(l.least_denominator, 0)
          and (strays(f.value, c.value, coalesce(l.value, 0), coalesce(i.matures, false))
               or strays(f.denominator, c.denominator, coalesce(l.denominator, 0) * f.denominator,
                         coalesce(i.matures, false)))
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
        select r.business_day, format('{:g}', r.usual_step) as usual, cast(r.step as varchar) as came
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
    -- Cells of registers and contracts that are not as the published version has them. An entry that is gone shows in the
    -- row without a field; what a row got or lost because of the code alone is no edit.
    edits as (
        select
            coalesce(p.register, c.register) as register, coalesce(p.entry, c.entry) as entry,
            coalesce(p.field, c.field) as field, p.value as usual, c.value as came, c.value_hash,
            coalesce(c.watch, p.watch) as watch, coalesce(p.moves, c.moves) as moves, p.row_day,
            p.register is null as is_new, c.register is null as is_gone
        from previous_register as p
        full join register_entries as c using (register, entry, field)
        where p.register is null or c.register is null or p.value is distinct from c.value
    ),
    compared_until as (
        select
            (select max(end_date) from previous_value where is_closed) as closed,
            least((select max(as_of) from previous_run), (select max(as_of) from dim_run)) as published
    ),
    register_edits as (
        select
            register, entry || case when field = '' then '' else '#' || field end as entry, usual, came, moves,
            coalesce(value_hash, left(sha256(''), 16)) as value_hash
        from edits
        cross join compared_until as u
        where case
                  when is_new then watch = 'setting' and register in (select register from previous_register)
                  when is_gone
                  then field = '' and (row_day is null or row_day <= u.published)
                       and (register = 'watched' or register in (
                           select split_part(entry, '|', 2) from register_entries where register = 'watched'
                       ))
                  when watch <> 'validity' then row_day is null or row_day <= u.published
                  -- The days between the old bound and the new one; null is open. A last day itself does not move.
                  when field = 'valid_to'
                  then least(coalesce(usual, '9999'), coalesce(came, '9999')) < cast(u.closed as varchar)
                  else least(coalesce(usual, '0001'), coalesce(came, '0001')) <= cast(u.closed as varchar)
              end
    ),
    -- Removed dossiers by unit and day. Each day weighs by the log-likelihood ratio of "late ones are sought out" (their
    -- odds are `odds` times those of all dossiers) against "any may vanish"; the sum never falls under 0 and is held where
    -- it passes its bound. After an approved day it begins anew. A share under 1 % is taken for 1 %.
    unit_removal as (
        select
            unit_code, removed_on, late, on_time + still_open as other,
            greatest(0.01, least(0.5, late_share)) as share, greatest(0.01, least(0.5, province_late_share)) as whole
        from removals
        where removed_on <= (select max(as_of) from dim_run)
    ),
    unit_sum as (
        select *, removal_sum(late, other, share, (select max(odds) from removal_limit)) as weight, (
            select count(*) from hold_override as o
            where o.hold = 'removal' and o.unit_code = r.unit_code and o.business_day < r.removed_on
        ) as turn
        from unit_removal as r
    ),
    unit_total as (
        select *, sum(weight) over so_far as total, sum(late) over so_far as all_late, sum(late + other) over so_far as gone
        from unit_sum
        window so_far as (partition by unit_code, turn order by removed_on)
    ),
    unit_score as (
        select *, total - least(0, min(total) over (partition by unit_code, turn order by removed_on)) as score
        from unit_total
    ),
    unit_passed as (
        select * from unit_score
        where score > coalesce((select max(threshold) from removal_limit), 0) + (select ln(count(*)) from dim_unit)
        qualify row_number() over (partition by unit_code, turn order by removed_on) = 1
    ),
    -- One cause, one hold: units that are held themselves are left out of the province's sum.
    province_sum as (
        select
            removed_on, sum(late) as late, sum(other) as other, max(whole) as share,
            removal_sum(sum(late), sum(other), max(whole), (select max(odds) from removal_limit)) as weight,
            (select count(*) from hold_override as o
             where o.hold = 'removal' and o.unit_code = '*' and o.business_day < r.removed_on) as turn
        from unit_removal as r
        where unit_code not in (select unit_code from unit_passed)
        group by removed_on
    ),
    province_total as (
        select *, sum(weight) over so_far as total, sum(late) over so_far as all_late, sum(late + other) over so_far as gone
        from province_sum
        window so_far as (partition by turn order by removed_on)
    ),
    province_score as (
        select *, total - least(0, min(total) over (partition by turn order by removed_on)) as score from province_total
    ),
    province_passed as (
        select '*' as unit_code, * from province_score
        where score > coalesce((select max(threshold) from removal_limit), 0)
        qualify row_number() over (partition by turn order by removed_on) = 1
    ),
    removed as (
        select unit_code, removed_on, share, all_late, gone from unit_passed
        union all
        select unit_code, removed_on, share, all_late, gone from province_passed
    ),
    things as (
        select 'empty' as hold, source, business_day, format('{:.0f}', cast(usual_rows as double)) as usual, '0' as came, new_delivery.files
        from delivery_days
        left join new_delivery using (source, business_day)
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
        select 'freshness' as hold, source, format('{:g}', usual_gap) as usual, cast(silence as varchar) as came,
               cast(newest_day as varchar) as files
        from source_freshness where is_late
        union all by name
        select 'restatement' as hold, source, business_day, cast(sum(keys_before) as varchar) as usual,
               cast(sum(keys_before - keys_removed) as varchar) as came, listed(file_name) as files
        from deliveries
        where is_shrunk and business_day <= (select max(as_of) from dim_run)
        group by source, business_day
        union all by name
        select 'jump' as hold, 'ho_so' as source, business_day, usual, came, files
        from jumps
        left join (select * from new_delivery where source = 'ho_so') using (business_day)
        union all by name
        select 'drift' as hold, indicator_code, rule, period_code, scope, unit_level,
               figure_told(value_before, numerator_before, denominator_before) as usual,
               case when is_gone then '–' else figure_told(value_now, numerator_now, denominator_now) end as came,
               came_again(end_date) as files
        from drifted
        union all by name
        select 'creep' as hold, indicator_code, rule, period_code, scope, unit_level,
               figure_told(value_first, numerator_first, denominator_first) as usual,
               figure_told(value_now, numerator_now, denominator_now) as came, came_again(end_date) as files
        from crept
        anti join drifted using (indicator_code, rule, period_code, scope, unit_level)
        union all by name
        select 'removal' as hold, removed_on as business_day, unit_code, format('{:.1f} %', 100 * share) as usual,
               figure_told(all_late / gone, all_late, gone) as came
        from removed
        union all by name
        select 'register' as hold, register, entry, left(usual, 300) as usual, left(came, 300) as came, value_hash, moves
        from register_edits
    )
select
    hold, source, business_day, indicator_code, rule, period_code, scope, unit_level, measure, stratum, unit_code, register,
    entry, usual, came, value_hash, files, moves,
    (
        select min(o.override_code)
        from hold_override as o
        where o.hold = t.hold
          -- An approved removal lies in the past and stays approved as long as its row stands.
          and (o.hold = 'removal' or o.valid_until >= (select max(as_of) from dim_run))
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

-- Of each held edit of a register the figures that it may have moved and that did move, largest first: those of its
-- indicator, those that need its source, or all. A figure that is or is not met now comes before any that only moved.
create or replace temp view held_effect as
with
    edit as (
        select register, entry, moves, split_part(split_part(entry, '#', 1), '|', 1) as first_key,
               split_part(split_part(entry, '#', 1), '|', 2) as second_key
        from held
        where hold = 'register' and moves <> 'none'
    ),
    need as (
        select split_part(entry, '|', 1) as indicator_code, split_part(entry, '|', 2) as rule,
               split_part(entry, '|', 3) as source
        from register_entries
        where register = 'indicator_need' and field = ''
    ),
    moved as (
        select
            indicator_code, rule, period_code, scope, unit_level, p.value as value_before, c.value as value_now,
            p.met as met_before, c.met as met_now,
            p.met is distinct from c.met as is_other_verdict, abs(coalesce(c.value, 0) - coalesce(p.value, 0)) as distance
        from previous_value as p
        join indicator_values as c using (indicator_code, rule, period_code, scope, unit_code, unit_level)
        where p.value is distinct from c.value or p.met is distinct from c.met
    )
select *, row_number() over (
    partition by register, entry
    order by is_other_verdict desc, distance desc, indicator_code, rule, period_code, scope, unit_level
) as place
from edit as e
join moved as m on case e.moves
    when 'indicator' then m.indicator_code = e.first_key and m.rule = e.second_key
    when 'source'
    then exists (select 1 from need as n
                 where n.indicator_code = m.indicator_code and n.rule = m.rule and n.source = e.first_key)
    else true
end
qualify place <= 5;
