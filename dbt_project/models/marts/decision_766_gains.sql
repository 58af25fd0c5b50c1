-- Points that are lost from 1 January to the as-of day, and how many cases would win them: what lacks to full points. A
-- numerator that late entries can still raise is one that can be worked off.
with
    lost as (
        select s.*, r.full_at, r.indicator_code, r.rule, coalesce(i.matures, false) as can_still_rise, f.factor
        from {{ ref("decision_766_score") }} s
        join {{ ref("dim_score_period") }} p using (period_code)
        cross join {{ ref("dim_run") }} run
        join
            {{ source("registers", "score_rule") }} r
            on s.component = r.component
            and p.end_date between r.valid_from and coalesce(r.valid_to, date '9999-12-31')
        left join {{ ref("dim_indicator") }} i on r.indicator_code = i.indicator_code and r.rule = i.rule
        join
            {{ ref("int_score_point") }} f
            on (s.period_code, s.scope, s.unit_code, s.unit_level, s.component)
            = (f.period_code, f.scope, f.unit_code, f.unit_level, f.component)
        where p.period_type = 'year' and p.cut_date = run.as_of and s.scope <> 'level' and s.points_source = 'own'
    )
select
    period_code,
    scope,
    unit_code,
    unit_level,
    group_code,
    component,
    indicator_code,
    rule,
    max_points,
    points,
    max_points - points as points_lost,
    numerator,
    denominator,
    denominator - numerator as cases_against,
    cast(least(ceil(round(denominator * full_at / nullif(factor, 0), 6)), denominator) as bigint)
    - numerator as cases_to_full,
    max_points * factor / (denominator * full_at) as points_per_case,
    can_still_rise
from lost
where denominator > 0 and round(max_points - points, 9) > 0 and denominator > numerator
