{#
    Cases of an indicator over procedures: the province's, one row per period and procedure in question.

    applies    whether the procedure is in the denominator: true, false, or null where the list does not say
    counts     whether it is in the numerator, likewise
    when       further condition on the procedure `p` and the period `d`
#}
{% macro procedure_cases(applies, counts, when) %}
    with
        asked as (
            select
                d.period_code,
                p.procedure_code as case_code,
                r.province_code as unit_code,
                {{ applies }} as applies,
                {{ counts }} as is_fulfilled
            from {{ ref("dim_procedure") }} p
            cross join {{ ref("dim_period") }} d
            cross join {{ ref("dim_run") }} r
            where {{ when }}
        )
    select
        period_code,
        case_code,
        unit_code,
        '{{ root_level() }}' as unit_level,
        case when applies then is_fulfilled end as counts,
        case
            when applies and is_fulfilled
            then 'fulfilled'
            when applies and not is_fulfilled
            then 'not_fulfilled'
            else 'unknown'
        end as reason
    from asked
    where applies is not false
{% endmacro %}

{# A procedure `p` is in force at the cut of the period `d`. #}
{% macro in_force() -%}
    coalesce(p.effective_from <= d.cut_date, true) and coalesce(p.effective_to >= d.cut_date, true)
{%- endmacro %}

{# Of another indicator's cases, by day, those of the department that makes the plan on the period's last day. #}
{% macro own_cases(of) %}
    select p.period_code, c.case_code, c.unit_code, c.unit_level, c.counts_from is not null as counts, c.reason
    from {{ by_answering_unit(of, "c.case_code") }} c
    join
        {{ ref("dim_period") }} p
        on c.unit_code = p.own_unit
        and c.event_date between p.start_date and p.cut_date
        and p.cut_date between c.cut_from and c.cut_to
{% endmacro %}

{# Codes of the indicators that both rules count by day, each out of its own cases. #}
{% macro paired_indicators() %}
    {%- set by_day = indicators_computed("by_day") -%}
    {%- set under_766 = by_day | selectattr("rule", "equalto", "766") | map(attribute="code") | list -%}
    {%- set under_plan = by_day | selectattr("rule", "equalto", "plan") | map(attribute="code") | list -%}
    {{ return(under_plan | select("in", under_766) | list) }}
{% endmacro %}
