-- The denominator is the greater of what we and the national portal say was received, unit by unit; where only one of
-- the two says anything that one, since greatest() passes over null.
with
    copied_by_day as (
        select copy_received_date, unit_code, unit_level, cut_from, cut_to, count(*) as copied
        from {{ by_answering_unit(ref("fct_national_sync"), "c.dossier_code") }} s
        where copy_received_date is not null
        group by copy_received_date, unit_code, unit_level, cut_from, cut_to
    ),
    copied as (
        select p.period_code, s.unit_code, s.unit_level, cast(sum(s.copied) as bigint) as copied
        from copied_by_day s
        join
            {{ ref("dim_score_period") }} p
            on s.copy_received_date between p.start_date and p.cut_date
            and p.cut_date between s.cut_from and s.cut_to
        group by p.period_code, s.unit_code, s.unit_level
    )
select
    'sync_rate' as indicator_code,
    '766' as rule,
    period_code,
    unit_code,
    unit_level,
    coalesce(c.copied, 0) as numerator,
    greatest(u.received, c.copied) as denominator,
    0 as unknown_count
from {{ ref("int_unit_period") }} u
full join copied c using (period_code, unit_code, unit_level)
