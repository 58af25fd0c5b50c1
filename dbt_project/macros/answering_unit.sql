{#
    Rows of dossiers, once for each unit that ever answers for the dossier, with the cuts at which it does (cut_from to
    cut_to): a dossier belongs with all its counts to the unit that answers for it at the cut, or on the day of its
    finish where that came earlier. Most dossiers have one unit at all cuts.

    relation    rows with unit_code and unit_level
    dossier     SQL over such a row `c`: the code of its dossier
#}
{% macro by_answering_unit(relation, dossier) -%}
    (
        select
            c.* exclude (unit_code, unit_level),
            coalesce(h.unit_code, c.unit_code) as unit_code,
            coalesce(h.unit_level, c.unit_level) as unit_level,
            coalesce(h.cut_from, date '0001-01-01') as cut_from,
            coalesce(h.cut_to, date '9999-12-31') as cut_to
        from {{ relation }} c
        left join {{ ref("fct_handovers") }} h on {{ dossier }} = h.dossier_code
    )
{%- endmacro %}
