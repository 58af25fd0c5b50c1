-- Points are the share reached, up to where the decision gives full points. Nothing over nothing has none, unless the
-- decision says otherwise; what no source holds is not known, and is never taken for 0.
select
    i.period_code,
    i.scope,
    i.unit_code,
    i.unit_level,
    i.component,
    i.group_code,
    i.numerator,
    i.denominator,
    i.factor,
    case
        -- Without its factor least() would give the most points.
        when i.numerator is null or i.denominator is null or i.factor is null
        then null
        when i.denominator = 0
        then i.points_if_empty
        else i.max_points * least(cast(i.numerator as double) / i.denominator * i.factor / i.full_at, 1)
    end as points,
    i.max_points,
    i.missing_source
from {{ ref("int_score_input") }} i
