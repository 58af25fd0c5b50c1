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
            c.{{ all_but(["unit_code", "unit_level"]) }},
            coalesce(h.unit_code, c.unit_code) as unit_code,
            coalesce(h.unit_level, c.unit_level) as unit_level,
            coalesce(h.cut_from, date '0001-01-01') as cut_from,
            coalesce(h.cut_to, date '9999-12-31') as cut_to
        from {{ relation }} c
        left join {{ ref(handovers) }} h on {{ code }} = h.{{ of }}_code
    )
{%- endmacro %}

{#
    Who answers at which cuts for what was ever under two units: a select.

    opened    name of rows with `key`, opened_date (received or sent), last_date (finished or answered; 9999-12-31 while
              it is not), unit_code (whose it is by the source), unit_before and handed_on (whose it was until the day
              before that; null where nobody's)
    key       the column that names it

    One row per key and span of cuts: key, unit_code, cut_from, cut_to; the spans of a key cover every day. A unit whose
    span ended before it was opened, or began after its last day, answers at no cut.
#}
{% macro answering_spans(opened, key) %}
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
            from
                (
                    select
                        {{ key }},
                        opened_date,
                        last_date,
                        unit_code,
                        coalesce(handed_on, date '0001-01-01') as from_date,
                        date '9999-12-31' as to_date
                    from {{ opened }}
                    union all
                    select
                        {{ key }},
                        opened_date,
                        last_date,
                        unit_before,
                        date '0001-01-01',
                        cast(handed_on - interval 1 day as date)
                    from {{ opened }}
                    where handed_on is not null
                ) l
            left join {{ ref("int_unit_answering") }} a on l.unit_code = a.unit_code
        )
    where from_date <= to_date and to_date >= opened_date and from_date <= last_date
    window spans as (partition by {{ key }} order by from_date)
{% endmacro %}

{#
    Who had before what was sent again under the code of a unit that came into being later (a merger, a new code): the
    unit that had it when it was opened, and the day on which it passed on; else closed periods would move to a unit that
    did not exist then. A select.

    moved    name of rows with `key`, opened_date, unit_code, earlier_unit, newness: each earlier word on whose it was
    key      the column that names it

    One row per key that has one: key, unit_code, handed_on.
#}
{% macro unit_before_change(moved, key) %}
    select
        m.{{ key }},
        {{ at_largest("m.earlier_unit", "m.newness") }} as unit_code,
        {{ at_largest("coalesce(c.changed_on, this.valid_from)", "m.newness") }} as handed_on
    from {{ moved }} m
    join {{ ref("stg_unit") }} this on m.unit_code = this.unit_code
    join {{ ref("stg_unit") }} earlier on m.earlier_unit = earlier.unit_code
    left join
        {{ source("registers", "unit_change") }} c
        on m.earlier_unit = c.old_unit_code
        and m.unit_code = c.new_unit_code
        and c.changed_on > m.opened_date
    where
        (this.valid_from > m.opened_date or c.changed_on is not null)
        and coalesce(earlier.valid_from <= m.opened_date, true)
        and coalesce(earlier.valid_to >= m.opened_date, true)
    group by m.{{ key }}
{% endmacro %}
