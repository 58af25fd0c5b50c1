{#
    Rows of dossiers or of feedback, once for each unit that ever answers for the dossier or item, with the cuts at which
    it does (cut_from to cut_to): it belongs with all its counts to the unit that answers for it at the cut, or on the
    day of its finish or answer where that came earlier. Most have one unit at all cuts.

    relation    rows with unit_code and unit_level
    code        SQL over such a row `c`: the code of its dossier or item
    of          what the code names: 'dossier' or 'feedback'
#}
{% macro by_answering_unit(relation, code, of="dossier") -%}
    {%- set handovers = {"dossier": "fct_handovers", "feedback": "fct_feedback_handovers"}[of] -%}
    (
        select
            c.* exclude (unit_code, unit_level),
            coalesce(h.unit_code, c.unit_code) as unit_code,
            coalesce(h.unit_level, c.unit_level) as unit_level,
            coalesce(h.cut_from, date '0001-01-01') as cut_from,
            coalesce(h.cut_to, date '9999-12-31') as cut_to
        from {{ relation }} c
        left join {{ ref(handovers) }} h on {{ code }} = h.{{ of }}_code
    )
{%- endmacro %}

{#
    Who answers at which cuts for what was at a unit that ended, out of the spans in which it was whose: a select.

    legs    name of rows with `key`, opened_date (received or sent), last_date (finished or answered; 9999-12-31 while
            it is not), unit_code, from_date, to_date: whose it was by the source from which day to which
    key     the column that names it

    One row per key and span of cuts: key, unit_code, cut_from, cut_to; the spans of a key cover every day. A unit whose
    span ended before it was opened, or began after its last day, answers at no cut.
#}
{% macro answering_spans(legs, key) %}
    select
        {{ key }},
        unit_code,
        case when lag(from_date) over spans is null then date '0001-01-01' else from_date end as cut_from,
        case when lead(from_date) over spans is null then date '9999-12-31' else to_date end as cut_to
    from
        (
            select
                l.{{ key }},
                l.opened_date,
                l.last_date,
                coalesce(a.answering_code, l.unit_code) as unit_code,
                greatest(l.from_date, coalesce(a.from_date, l.from_date)) as from_date,
                least(l.to_date, coalesce(a.to_date, l.to_date)) as to_date
            from {{ legs }} l
            left join {{ ref("int_unit_answering") }} a on l.unit_code = a.unit_code
        )
    where from_date <= to_date and to_date >= opened_date and from_date <= last_date
    window spans as (partition by {{ key }} order by from_date)
{% endmacro %}
