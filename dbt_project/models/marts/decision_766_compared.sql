-- Ours beside the portal's; what dossiers explain, and what is left unexplained.
with
    explained as (
        select
            period_code,
            scope,
            unit_code,
            unit_level,
            component,
            sum(numerator_effect) as numerator_effect,
            sum(denominator_effect) as denominator_effect
        from {{ ref("decision_766_causes") }}
        group by period_code, scope, unit_code, unit_level, component
    )
select
    c.period_code,
    c.portal_date,
    c.days_apart,
    c.scope,
    c.unit_code,
    c.unit_level,
    c.component,
    c.numerator as own_numerator,
    c.denominator as own_denominator,
    c.own_points,
    c.portal_numerator,
    c.portal_denominator,
    c.portal_points,
    c.own_points - c.portal_points as points_difference,
    c.numerator - c.portal_numerator as numerator_difference,
    c.denominator - c.portal_denominator as denominator_difference,
    cast(coalesce(e.numerator_effect, 0) as bigint) as numerator_explained,
    cast(coalesce(e.denominator_effect, 0) as bigint) as denominator_explained,
    cast(c.numerator - c.portal_numerator - coalesce(e.numerator_effect, 0) as bigint) as numerator_unexplained,
    cast(c.denominator - c.portal_denominator - coalesce(e.denominator_effect, 0) as bigint) as denominator_unexplained
from {{ ref("int_compared") }} c
left join explained e using (period_code, scope, unit_code, unit_level, component)
