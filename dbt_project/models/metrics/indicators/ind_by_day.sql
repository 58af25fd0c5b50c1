-- Indicators whose cases (metrics/cases) each say on which day they count and from which day they also count in the
-- numerator; a newer case may take the place of an older one (a rating given again). Cases are first added up by days,
-- so no case is paired with any period.
{% set days = "event_date, counts_from, superseded_on, cut_from, cut_to" %}
with
    daily as (
        {% for indicator in indicators_computed("by_day") %}
            {% set cases = ref("case_" ~ indicator.code ~ "__" ~ indicator.rule) %}
            select
                '{{ indicator.code }}' as indicator_code,
                '{{ indicator.rule }}' as rule,
                unit_code,
                unit_level,
                {{ days }},
                count(*) as cases
            from {{ by_answering_unit(cases, "split_part(c.case_code, ' ', 1)", indicator.case_of) }}
            group by unit_code, unit_level, {{ days }}
            {% if not loop.last %}
                union all
            {% endif %}
        {% endfor %}
    )
select
    d.indicator_code,
    d.rule,
    p.period_code,
    d.unit_code,
    d.unit_level,
    coalesce(sum(d.cases) filter (where d.counts_from <= p.cut_date), 0) as numerator,
    sum(d.cases) as denominator,
    0 as unknown_count
from daily d
join
    {{ period_days(ref("dim_period")) }} p
    on d.event_date = p.event_date
    and p.cut_date between d.cut_from and d.cut_to
    and (d.superseded_on is null or d.superseded_on > p.cut_date)
group by d.indicator_code, d.rule, p.period_code, d.unit_code, d.unit_level
