-- Figures whose numerator has no day of its own (`matures: true` in the register), with how many dossiers of their
-- denominator are still open on the as-of day: only those are paired with periods. A new such indicator is entered
-- here.
{% set by_day = [
    "data_reuse_share__766",
    "data_reuse_share__plan",
    "digitised_share__766",
    "digitised_share__plan",
    "online_payment_share__766",
    "online_share__766",
    "result_digitised_share__766",
    "result_digitised_share__plan",
    "sync_match_rate__plan",
    "sync_rate__766",
    "sync_rate__plan",
] %}
{% set by_period = ["apology_rate__plan"] %}
with
    still_open as (
        select d.dossier_code
        from {{ ref("int_dossier") }} d
        join {{ source("registers", "run") }} r on d.finished_date is null or d.finished_date > r.as_of
    ),
    counted as (
        {% for name in by_day %}
            select
                '{{ name.split("__")[0] }}' as indicator_code,
                '{{ name.split("__")[1] }}' as rule,
                p.period_code,
                c.unit_code,
                c.unit_level
            from {{ by_answering_unit(ref("case_" ~ name), "c.case_code") }} c
            join still_open o on c.case_code = o.dossier_code
            join
                {{ ref("int_period") }} p
                on c.event_date between p.start_date and p.cut_date
                and p.cut_date between c.cut_from and c.cut_to
            union all
        {% endfor %}
        {% for name in by_period %}
            select '{{ name.split("__")[0] }}', '{{ name.split("__")[1] }}', c.period_code, c.unit_code, c.unit_level
            from {{ ref("case_" ~ name) }} c
            join still_open o on c.case_code = o.dossier_code
            {% if not loop.last %}
                union all
            {% endif %}
        {% endfor %}
    )
select indicator_code, rule, period_code, {{ scope_columns() }}, count(*) as open_cases
from counted
group by {{ scope_sets(["indicator_code", "rule", "period_code"]) }}
