-- Indicators whose cases (metrics/cases) belong to a period by their very nature: what is open at its cut, what is in
-- force then. Such cases carry the period and whether they count; null means that the source does not say.
with
    cases as (
        {% for indicator in indicators_computed("by_period") %}
            select
                '{{ indicator.code }}' as indicator_code,
                '{{ indicator.rule }}' as rule,
                period_code,
                unit_code,
                unit_level,
                counts
            from {{ ref("case_" ~ indicator.code ~ "__" ~ indicator.rule) }}
            {% if not loop.last %}
                union all
            {% endif %}
        {% endfor %}
    )
select
    indicator_code,
    rule,
    period_code,
    unit_code,
    unit_level,
    count(*) filter (where counts) as numerator,
    count(counts) as denominator,
    count(*) filter (where counts is null) as unknown_count
from cases
group by indicator_code, rule, period_code, unit_code, unit_level
