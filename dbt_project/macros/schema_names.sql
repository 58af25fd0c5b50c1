{# A model's schema is the one it names, without dbt's prefix: analysts write marts.handling_status. #}
{% macro generate_schema_name(custom_schema_name, node) -%} {{ custom_schema_name or target.schema }} {%- endmacro %}
