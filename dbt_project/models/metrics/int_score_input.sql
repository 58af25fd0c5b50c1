-- What each component of Decision 766's score is computed from; a factor of null means there is none. A figure is
-- of the definition that held at the period's end. A figure without a row is nothing over nothing, which has points
-- in 5.2.
with
    held as (
        select p.period_code, i.indicator_code, i.rule, i.origin, u.indicator_code is null as is_delivered
        from {{ ref("dim_score_period") }} p
        join
            {{ source("registers", "indicator") }} i
            on p.end_date between i.valid_from and coalesce(i.valid_to, date '9999-12-31')
        left join {{ ref("int_undelivered") }} u using (period_code, indicator_code, rule)
    ),
    valued as (
        select s.*, case when s.denominator <> 0 then cast(s.numerator as double) / s.denominator end as value
        from {{ ref("int_indicator_scope") }} s
        join held using (period_code, indicator_code, rule)
    )
    {% set nothing %}
    case
        when
            v.indicator_code is null
            and i.is_delivered
            and (h.scope = 'province' or i.origin = 'transactions')
        then 0
    end
    {% endset %}
select
    h.period_code,
    h.scope,
    h.unit_code,
    h.unit_level,
    s.component,
    s.group_code,
    s.max_points,
    s.full_at,
    s.points_if_empty,
    coalesce(v.numerator, {{ nothing }}) as numerator,
    coalesce(v.denominator, {{ nothing }}) as denominator,
    case when s.factor_indicator_code is null then 1.0 else f.value end as factor,
    coalesce(
        v.missing_source, f.missing_source, case when v.indicator_code is null then s.missing end
    ) as missing_source
from {{ ref("int_form") }} h
join {{ ref("dim_score_period") }} p using (period_code)
join
    {{ source("registers", "score_rule") }} s
    on p.end_date between s.valid_from and coalesce(s.valid_to, date '9999-12-31')
left join held i on h.period_code = i.period_code and s.indicator_code = i.indicator_code and s.rule = i.rule
left join
    valued v
    on s.indicator_code = v.indicator_code
    and s.rule = v.rule
    and (h.period_code, h.scope, h.unit_code, h.unit_level) = (v.period_code, v.scope, v.unit_code, v.unit_level)
left join
    valued f
    on s.factor_indicator_code = f.indicator_code
    and s.rule = f.rule
    and (h.period_code, h.scope, h.unit_code, h.unit_level) = (f.period_code, f.scope, f.unit_code, f.unit_level)
-- Who has no dossier in a period has no score: 5.2 alone would make it the best.
where h.received_total > 0
