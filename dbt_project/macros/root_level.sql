{# Code of the level that is the province itself. #}
{% macro root_level() -%} {{- levels()[0].code -}} {%- endmacro %}
