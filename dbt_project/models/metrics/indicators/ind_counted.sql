-- What cases add up to, of every indicator that counts them, for the gate to compare with what is published. One
-- without any case stands there without a period. This view and the two that it reads lie in the published file.
{% set counted = indicators_computed("by_day") + indicators_computed("by_period") %}
with
    listed as (
        {% for indicator in counted %}
            select '{{ indicator.code }}' as indicator_code, '{{ indicator.rule }}' as rule
            {% if not loop.last %}
                union all
            {% endif %}
        {% endfor %}
    ),
    figures as (
        select *
        from {{ ref("ind_by_day") }}
        union all
        select *
        from {{ ref("ind_by_period") }}
        where period_code in (select period_code from {{ ref("dim_period") }})
    )
select *
from listed
left join figures using (indicator_code, rule)
