with
    unit_rows as (
        {% for code in ["on_time_rate", "online_share", "digitised_share", "online_payment_share"] %}
            select *
            from {{ ref("ind_" ~ code ~ "__plan") }}
            {% if not loop.last %}
                union all
            {% endif %}
        {% endfor %}
    ),
    scoped as (
        select
            indicator_code,
            rule,
            period_code,
            {{ scope_columns() }},
            cast(sum(numerator) as bigint) as numerator,
            cast(sum(denominator) as bigint) as denominator
        from unit_rows
        group by {{ scope_sets(["indicator_code", "rule", "period_code"]) }}
    ),
    valued as (select *, cast(numerator as double) / nullif(denominator, 0) as value from scoped)
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
    v.value >= t.target as met,
    p.is_closed
from valued v
join {{ ref("dim_period") }} p using (period_code)
left join
    {{ source("registers", "target") }} t
    on v.indicator_code = t.indicator_code
    and v.rule = t.rule
    and t.unit_level in ('*', v.unit_level)
    and p.end_date between t.valid_from and coalesce(t.valid_to, date '9999-12-31')
