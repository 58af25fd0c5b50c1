-- Of what rule 766 finds in time, that about which no feedback came and which nobody disliked. What is late and was
-- complained about is taken off once.
with
    marked as (
        select period_code, unit_code, count(*) as dossiers
        from {{ ref("fct_complaints") }}
        where is_in_time
        group by period_code, unit_code
    )
select
    'satisfaction_rate' as indicator_code,
    '766' as rule,
    t.period_code,
    t.unit_code,
    t.unit_level,
    t.numerator - coalesce(m.dossiers, 0) as numerator,
    t.denominator,
    t.unknown_count
from {{ ref("ind_on_time_rate__766") }} t
left join marked m using (period_code, unit_code)
