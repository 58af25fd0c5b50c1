{# What is published is there already: `dbt run` does nothing to it. #}
{% materialization published, default %}
    {% call noop_statement("main", "published") %} {% endcall %} {{ return({"relations": [this]}) }}
{% endmaterialization %}

{# A model's schema is the one it names, without dbt's prefix. #}
{% macro generate_schema_name(custom_schema_name, node) -%} {{ custom_schema_name or target.schema }} {%- endmacro %}
