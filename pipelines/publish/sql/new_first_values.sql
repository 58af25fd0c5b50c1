-- Figures of the published version that no file holds yet, and those whose change was approved.
with
    published as (
        select
            v.indicator_code,
            v.rule,
            v.period_code,
            v.scope,
            v.unit_code,
            v.unit_level,
            v.numerator::double as numerator,
            v.denominator::double as denominator,
            v.value,
            p.end_date,
            r.as_of
        from marts.indicator_values as v
        join marts.dim_period as p using (period_code)
        cross join marts.dim_run as r
        where v.is_closed and v.scope in ('level', 'province') and coalesce(v.denominator, v.numerator) is not null
    ),
    approved as (
        select p.*, max(a.override_code) as override_code
        from published as p
        join
            approval as a
            on a.indicator_code = p.indicator_code
            and a.rule = p.rule
            and a.period_code = p.period_code
            and a.scope = p.scope
            and a.unit_level is not distinct from p.unit_level
        group by all
    )
select *, $version as version, $number as number
from
    (
        select *, null::varchar as override_code
        from published as p
        where not exists (from known as k where {{ same }})
        union all
        select *
        from approved as p
        where exists (from known as k where {{ same }})
    )
order by all
