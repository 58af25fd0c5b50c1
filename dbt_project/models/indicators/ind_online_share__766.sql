-- Dossiers of procedures that do not say whether they return a result are in neither part, and counted as unknown.
with
    known as ({{ indicator_by_day("online_share", "766") }}),
    unknown as (
        select p.period_code, d.unit_code, d.unit_level, count(*) as unknown_count
        from {{ by_answering_unit(ref("fct_online_share"), "c.dossier_code") }} d
        join
            {{ ref("int_period") }} p
            on d.received_date between p.start_date and p.cut_date
            and p.cut_date between d.cut_from and d.cut_to
        where d.reason_766 = 'unknown'
        group by p.period_code, d.unit_code, d.unit_level
    )
select
    'online_share' as indicator_code,
    '766' as rule,
    period_code,
    unit_code,
    unit_level,
    coalesce(known.numerator, 0) as numerator,
    coalesce(known.denominator, 0) as denominator,
    coalesce(unknown.unknown_count, 0) as unknown_count
from known
full join unknown using (period_code, unit_code, unit_level)
