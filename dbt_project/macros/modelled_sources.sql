{#
    The sources that the models know: those that had a contract when `make docs` last ran. One whose contract is newer
    is parsed, checked and kept; until it has a model, what parsing accepted counts as accepted.
#}
{% macro modelled_sources() %} {{ return(contract_terms() | list) }} {% endmacro %}
