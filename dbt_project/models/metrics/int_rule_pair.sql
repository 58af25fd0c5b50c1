-- For indicators that both rules count by day: each case under the plan's rule beside the same case under 766, if there
-- is one (a fee under the plan's rule is a dossier under 766). Each counts from its own day or never.
{{ config(materialized="view") }}
{% for code in paired_indicators() %}
    select
        '{{ code }}' as indicator_code,
        coalesce(p.case_code, s.case_code) as case_code,
        coalesce(p.unit_code, s.unit_code) as unit_code,
        coalesce(p.unit_level, s.unit_level) as unit_level,
        p.event_date as plan_date,
        p.counts_from is not null as counts_plan,
        p.reason as reason_plan,
        s.event_date as date_766,
        s.counts_from is not null as counts_766,
        s.reason as reason_766
    from {{ ref("case_" ~ code ~ "__plan") }} p
    full join {{ ref("case_" ~ code ~ "__766") }} s on p.case_code = s.case_code
    {% if not loop.last %}
        union all
    {% endif %}
{% endfor %}
