{#
    Tables and views in one statement each. dbt's own way (make it under another name, rename it, drop the old one)
    spares readers of a living database a gap. Here each run has a database of its own that nobody reads before it is
    closed, and that care would be a third of the time of every model. `or replace`: a developer may build once more.
#}
{% materialization table, adapter = "duckdb" %} {{ return(made_at_once("table")) }} {% endmaterialization %}

{% materialization view, adapter = "duckdb" %} {{ return(made_at_once("view")) }} {% endmaterialization %}

{% macro made_at_once(kind) %}
    {%- set relation = this.incorporate(type=kind) -%}
    {%- set existing = load_cached_relation(this) -%}
    {% if existing is not none and existing.type != kind %} {% do adapter.drop_relation(existing) %} {% endif %}
    {{ run_hooks(pre_hooks) }}
    {%- set query = without_catalog(sql, relation) if kind == "view" else sql -%}
    {% call statement("main") -%} create or replace {{ kind }} {{ relation }} as ({{ query }}) {%- endcall %}
    {% do persist_docs(relation, model) %}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ return({"relations": [relation]}) }}
{% endmacro %}

{#
    A view looks for `schema.table` in the file that it lies in, whatever that is called or attached as. With the catalog's
    name before it, it would fail in a renamed copy, and read another file where one of that name is attached.
#}
{% macro without_catalog(sql, relation) -%}
    {{ return(sql | replace('"' ~ relation.database ~ '".', "")) }}
{%- endmacro %}

{# Descriptions of columns, without dbt-duckdb's look at which columns there are: one that is not there is a mistake. #}
{% macro duckdb__alter_column_comment(relation, column_dict) %}
    {% for name, column in column_dict.items() %}
        comment on column {{ relation }}.{{ name }} is {{ duckdb_escape_comment(column.description) }};
    {% endfor %}
{% endmacro %}
