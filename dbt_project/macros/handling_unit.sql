{#
    Whose figure a dossier is, as its contract says: of the unit that handles it where a code or a name of the list says
    which, else of the one that received it.
#}
{% macro handling_unit() -%} coalesce({{ contract_terms()["ho_so"].subject.unit | join(", ") }}) {%- endmacro %}

{# The unit that a row itself says to handle the dossier; null where it does not say so, or names none of the list. #}
{% macro told_handler() -%} coalesce(MaDonViXuLy, unit_by_name) {%- endmacro %}

{# True where a dossier's row names a handling unit that the list of units does not let us know. #}
{% macro handling_unit_unknown() -%}
    (MaDonViXuLy is null and DonViXuLy is not null and unit_by_name is null)
{%- endmacro %}
