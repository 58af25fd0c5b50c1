{# The unit and the dossier that a rejected row of a source is about, as its contract says; null where it says none. #}
{% macro rejected_subject(name) %}
    {% set subject = contract_terms()[name].subject or {} %}
    {% set absent = "cast(null as string)" %}
    {{ "coalesce(" ~ subject.unit | join(", ") ~ ")" if subject.unit else absent }} as unit_code,
    {{ subject.dossier or absent }} as dossier_code
{% endmacro %}
