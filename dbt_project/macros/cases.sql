{#
    Cases of an indicator over procedures: the province's, one row per period and procedure in question.

    applies    whether the procedure is in the denominator: true, false, or null where the list does not say
    counts     whether it is in the numerator, likewise
    when       further condition on the procedure `p` and the period `d`
    periods    of which periods; those of the score where the indicator is part of it
    joined     further joins, by the columns `period_code` and `procedure_code`
#}
{% macro procedure_cases(applies, counts, when, periods="dim_period", joined="") %}
    with
        asked as (
            select
                period_code,
                procedure_code as case_code,
                r.province_code as unit_code,
                {{ applies }} as applies,
                {{ counts }} as is_fulfilled
            from {{ ref("dim_procedure") }} p
            cross join {{ ref(periods) }} d
            cross join {{ ref("dim_run") }} r {{ joined }}
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

{#
    A join for `procedure_cases`: which procedures had such a case received in a period of the score (`u`).

    facts    rows with procedure_code and received_date
    which    condition on such a row `c`
#}
{% macro used_in_period(facts, which) %}
    left join
        (
            select distinct s.period_code, c.procedure_code
            from {{ facts }} c
            join {{ ref("dim_score_period") }} s on c.received_date between s.start_date and s.cut_date
            where {{ which }}
        ) u using (period_code, procedure_code)
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

{#
    Figures of units by period, out of cases that each say on which day they count: a select.

    indicators    as of indicators_computed("by_day")
    periods       relation of periods with start_date and cut_date
#}
{% macro figures_by_day(indicators, periods) %}
    {% set days = "event_date, counts_from, superseded_on, cut_from, cut_to" %}
    with
        daily as (
            {% for indicator in indicators %}
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
        {{ period_days(periods) }} p
        on d.event_date = p.event_date
        and p.cut_date between d.cut_from and d.cut_to
        and (d.superseded_on is null or d.superseded_on > p.cut_date)
    group by d.indicator_code, d.rule, p.period_code, d.unit_code, d.unit_level
{% endmacro %}

{# Codes of the indicators over dossiers that both rules count by day, each out of its own cases. #}
{% macro paired_indicators() %}
    {%- set by_day = indicators_computed("by_day") -%}
    {%- set under_766 = by_day | selectattr("rule", "equalto", "766") | map(attribute="code") | list -%}
    {%- set under_plan = by_day | selectattr("rule", "equalto", "plan") -%}
    {%- set of_dossiers = under_plan | selectattr("case_of", "equalto", "dossier") | map(attribute="code") | list -%}
    {{ return(of_dossiers | select("in", under_766) | list) }}
{% endmacro %}
