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
    counted as (select u.* from unit_rows u anti join {{ ref("int_undelivered") }} using (indicator_code, rule))
select
    indicator_code,
    rule,
    period_code,
    {{ scope_columns() }},
    cast(sum(numerator) as bigint) as numerator,
    cast(sum(denominator) as bigint) as denominator,
    cast(null as varchar) as missing_source
from counted
group by {{ scope_sets(["indicator_code", "rule", "period_code"]) }}
union all
select n.indicator_code, n.rule, h.period_code, h.scope, h.unit_code, h.unit_level, null, null, n.missing_source
from {{ ref("int_undelivered") }} n
cross join {{ ref("handling_status") }} h
