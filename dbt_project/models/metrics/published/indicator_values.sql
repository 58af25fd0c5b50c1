with
    valued as (
        select
            s.*,
            i.direction,
            i.matures,
            case
                when i.value_unit = 'count'
                then cast(s.numerator as double)
                else cast(s.numerator as double) / nullif(s.denominator, 0)
            end as value
        from {{ ref("int_indicator_scope") }} s
        join {{ ref("dim_period") }} p using (period_code)
        -- A figure is judged by the definition that held at the period's end; without one there is no figure.
        join
            {{ source("registers", "indicator") }} i
            on s.indicator_code = i.indicator_code
            and s.rule = i.rule
            and p.end_date between i.valid_from and coalesce(i.valid_to, date '9999-12-31')
    )
select
    v.indicator_code,
    v.rule,
    v.period_code,
    v.scope,
    v.unit_code,
    v.unit_level,
    v.numerator,
    v.denominator,
    v.value,
    t.target,
    case when v.direction = 'down' then v.value <= t.target else v.value >= t.target end as met,
    p.is_closed,
    v.matures and v.missing_source is null and m.open_cases is not null as is_provisional,
    v.missing_source,
    v.unknown_count
from valued v
join {{ ref("dim_period") }} p using (period_code)
left join {{ ref("int_maturing") }} m using (indicator_code, rule, period_code, scope, unit_code, unit_level)
left join
    {{ source("registers", "target") }} t
    on v.indicator_code = t.indicator_code
    and v.rule = t.rule
    and t.unit_level in ('*', v.unit_level)
    and p.end_date between t.valid_from and coalesce(t.valid_to, date '9999-12-31')
