-- Causes of a difference that dossiers show; an effect is ours less the portal's.
with
    differing as (
        select *
        from {{ ref("int_copy_received") }}
        union all
        select *
        from {{ ref("int_copy_handled") }}
    ),
    effect as (
        select
            *,
            cast(in_own and counts as integer) - cast(in_copy and counts_there as integer) as of_numerator,
            cast(in_own as integer) - cast(in_copy as integer) as of_denominator
        from differing
    ),
    summed as (
        select
            period_code,
            indicator_code,
            {{ scope_columns() }},
            cause,
            count(*) as cases,
            sum(of_numerator) as numerator_effect,
            sum(of_denominator) as denominator_effect
        from effect
        where of_numerator <> 0 or of_denominator <> 0
        group by {{ scope_sets(["period_code", "indicator_code", "cause"]) }}
    )
select
    c.period_code,
    c.scope,
    c.unit_code,
    c.unit_level,
    c.component,
    s.cause,
    cast(s.cases as bigint) as cases,
    cast(s.numerator_effect as bigint) as numerator_effect,
    cast(s.denominator_effect as bigint) as denominator_effect
from {{ ref("int_compared") }} c
join
    {{ source("registers", "score_rule") }} r
    on c.component = r.component
    and c.cut_date between r.valid_from and coalesce(r.valid_to, date '9999-12-31')
join
    summed s
    on s.indicator_code = r.indicator_code
    and r.rule = '766'
    and (c.period_code, c.scope, c.unit_code, c.unit_level) = (s.period_code, s.scope, s.unit_code, s.unit_level)
