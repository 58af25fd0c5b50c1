-- Dossiers of procedures that do not say whether they return a result are in neither part, and counted as unknown.
with
    daily as (
        select unit_code, unit_level, received_date, reason_766, cut_from, cut_to, count(*) as cases
        from {{ by_answering_unit(ref("fct_online_share"), "c.dossier_code") }}
        group by unit_code, unit_level, received_date, reason_766, cut_from, cut_to
    )
select
    'online_share' as indicator_code,
    '766' as rule,
    p.period_code,
    d.unit_code,
    d.unit_level,
    coalesce(sum(d.cases) filter (where d.reason_766 = 'online'), 0) as numerator,
    coalesce(sum(d.cases) filter (where d.reason_766 <> 'unknown'), 0) as denominator,
    coalesce(sum(d.cases) filter (where d.reason_766 = 'unknown'), 0) as unknown_count
from daily d
join
    {{ ref("dim_score_period") }} p
    on d.received_date between p.start_date and p.cut_date
    and p.cut_date between d.cut_from and d.cut_to
group by p.period_code, d.unit_code, d.unit_level
