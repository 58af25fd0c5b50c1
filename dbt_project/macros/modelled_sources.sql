{#
    The sources that the models know: those that had a contract when `make docs` last ran. One whose contract is newer
    is parsed, checked and kept; until it has a model, what parsing accepted counts as accepted.
#}
{% macro modelled_sources() %} {{ return(contract_terms() | list) }} {% endmacro %}

{# Those whose rows each belong to a dossier, which their contract names as the subject. #}
{% macro dossier_sources() %}
    {% set found = [] %}
    {% for name, terms in contract_terms().items() if terms.subject and terms.subject.dossier %}
        {% do found.append(name) %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}
