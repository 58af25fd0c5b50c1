-- Figures whose numerator has no day of its own (`matures: true` in the register), with how many dossiers of their
-- denominator are still open on the as-of day: only those are paired with periods. The cases of what
-- has a model of its own count by day.
{% set by_day = indicators_computed("by_day") + indicators_computed("model") %}
{% set by_period = indicators_computed("by_period") %}
{% set dossier = "split_part(c.case_code, ' ', 1)" %}
with
    period_day as {{ period_days(ref("int_period")) }},
    still_open as (
        select d.dossier_code
        from {{ ref("fct_timeliness") }} d
        join {{ source("registers", "run") }} r on d.finished_date is null or d.finished_date > r.as_of
    ),
    counted as (
        {% for indicator in by_day if indicator.matures %}
            {% set cases %}
            (
                select c.*, o.dossier_code
                from {{ ref("case_" ~ indicator.code ~ "__" ~ indicator.rule) }} c
                join still_open o on {{ dossier }} = o.dossier_code
            )
            {% endset %}
            select
                '{{ indicator.code }}' as indicator_code,
                '{{ indicator.rule }}' as rule,
                p.period_code,
                c.unit_code,
                c.unit_level
            from {{ by_answering_unit(cases, "c.dossier_code") }} c
            join period_day p on c.event_date = p.event_date and p.cut_date between c.cut_from and c.cut_to
            union all
        {% endfor %}
        {% for indicator in by_period if indicator.matures %}
            select '{{ indicator.code }}', '{{ indicator.rule }}', c.period_code, c.unit_code, c.unit_level
            from {{ ref("case_" ~ indicator.code ~ "__" ~ indicator.rule) }} c
            join still_open o on {{ dossier }} = o.dossier_code
            {% if not loop.last %}
                union all
            {% endif %}
        {% endfor %}
    )
select indicator_code, rule, period_code, {{ scope_columns() }}, count(*) as open_cases
from counted
group by {{ scope_sets(["indicator_code", "rule", "period_code"]) }}
