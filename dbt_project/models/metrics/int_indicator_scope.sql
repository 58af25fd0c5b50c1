-- Figures of units, and their sums for levels and the province; the province alone where no unit has a figure of its
-- own. What needs a source that never came stands there without figures, for every subject of the form.
with
    counted as (
        select u.*
        from {{ ref("int_indicator_unit") }} u
        anti join {{ ref("int_undelivered") }} using (indicator_code, rule, period_code)
    ),
    summed as (
        select
            indicator_code,
            rule,
            period_code,
            {{ scope_columns() }},
            cast(sum(numerator) as bigint) as numerator,
            cast(sum(denominator) as bigint) as denominator,
            cast(sum(unknown_count) as bigint) as unknown_count
        from counted
        group by {{ scope_sets(["indicator_code", "rule", "period_code"]) }}
    )
select s.*, cast(null as string) as missing_source
from summed s
join {{ ref("dim_indicator") }} i using (indicator_code, rule)
where s.scope = 'province' or i.origin in ('transactions', 'reported')
union all
select
    n.indicator_code,
    n.rule,
    h.period_code,
    h.scope,
    h.unit_code,
    h.unit_level,
    null as numerator,
    null as denominator,
    null as unknown_count,
    n.missing_source
from {{ ref("int_undelivered") }} n
join {{ ref("dim_indicator") }} i using (indicator_code, rule)
join
    {{ ref("int_form") }} h
    on n.period_code = h.period_code
    and (h.scope = 'province' or i.origin in ('transactions', 'reported'))
