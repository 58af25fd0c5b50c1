{#
    An indicator out of its cases (models/cases): each case has the day on which it counts and the day from which it
    also counts in the numerator. Cases are first added up by days, so no case is paired with any period.

    code, rule    of the register of indicators
    superseded    whether a newer case can take the place of an older one (a rating given again)
    of            what the case's code names (first), which may pass to another unit: 'dossier' or 'feedback'

    One row per unit and period with cases: indicator_code, rule, period_code, unit_code, unit_level, numerator,
    denominator, unknown_count.
#}
{% macro indicator_by_day(code, rule, superseded=false, of="dossier") %}
    {%- set days = (
        ["event_date", "counts_from"] + (["superseded_on"] if superseded else []) + ["cut_from", "cut_to"]
    ) -%}
    {%- set cases = ref("case_" ~ code ~ "__" ~ rule) -%}
    with
        daily as (
            select unit_code, unit_level, {{ days | join(", ") }}, count(*) as cases
            from
                {{
                    by_answering_unit(
                        cases, "split_part(c.case_code, ' ', 1)" if of == "dossier" else "c.case_code", of
                    )
                }}
            group by unit_code, unit_level, {{ days | join(", ") }}
        )
    select
        '{{ code }}' as indicator_code,
        '{{ rule }}' as rule,
        p.period_code,
        d.unit_code,
        d.unit_level,
        coalesce(sum(d.cases) filter (where d.counts_from <= p.cut_date), 0) as numerator,
        sum(d.cases) as denominator,
        0 as unknown_count
    from daily d
    join
        {{ ref("int_period") }} p
        on d.event_date between p.start_date and p.cut_date
        and p.cut_date between d.cut_from and d.cut_to
        {% if superseded %} and (d.superseded_on is null or d.superseded_on > p.cut_date) {% endif %}
    group by p.period_code, d.unit_code, d.unit_level
{% endmacro %}

{#
    The same where a case belongs to a period by its very nature (what is open at the cut, what is in force then): its
    cases carry the period and whether they count; null means that the source does not say.
#}
{% macro indicator_by_period(code, rule) %}
    select
        '{{ code }}' as indicator_code,
        '{{ rule }}' as rule,
        period_code,
        unit_code,
        unit_level,
        count(*) filter (where counts) as numerator,
        count(counts) as denominator,
        count(*) filter (where counts is null) as unknown_count
    from {{ ref("case_" ~ code ~ "__" ~ rule) }}
    group by period_code, unit_code, unit_level
{% endmacro %}

{# The same out of what the units report themselves. #}
{% macro indicator_as_reported(code) %}
    select
        f.indicator_code,
        'plan' as rule,
        f.period_code,
        f.unit_code,
        u.unit_level,
        f.numerator,
        f.denominator,
        0 as unknown_count
    from {{ ref("stg_figure") }} f
    join {{ ref("stg_unit") }} u using (unit_code)
    where f.indicator_code = '{{ code }}'
{% endmacro %}

{# What no source holds: the units and periods stand there, the figures do not; the register says what is missing. #}
{% macro indicator_unknown(code, rule) %}
    select
        '{{ code }}' as indicator_code,
        '{{ rule }}' as rule,
        period_code,
        unit_code,
        unit_level,
        cast(null as bigint) as numerator,
        cast(null as bigint) as denominator,
        cast(null as bigint) as unknown_count
    from {{ ref("int_unit_period") }}
{% endmacro %}

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
        'tinh' as unit_level,
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
