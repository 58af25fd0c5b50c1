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
    {%- set query = without_catalog(sql, relation) if kind == "view" else with_carried(sql, relation) -%}
    {% call statement("main") -%} create or replace {{ kind }} {{ relation }} as ({{ query }}) {%- endcall %}
    {% do persist_docs(relation, model) %}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ return({"relations": [relation]}) }}
{% endmacro %}

{#
    The rows of a table with those that an earlier run made and this one carries over (docs/decisions/0007-carry-over.md). A table that
    may be carried says by what (`meta: carried`):

    <column>                      the dossier of a row; rows of dossiers that are not weighed again are carried
    business_day                  rows of a source's days that are not measured again
    business_day with dossiers    the same, where the day's new dossiers decide too
#}
{% macro with_carried(sql, relation) %}
    {%- set by = (model.config.meta or {}).get("carried") -%}
    {%- if not by or not execute or not is_carrying() -%} {{ return(sql) }} {%- endif -%}
    {%- set database = "carried_tables" if relation.database == "tthc" else "carried_workspace" -%}
    {%- set before = database ~ "." ~ relation.schema ~ "." ~ relation.identifier -%}
    {{ return("(" ~ sql ~ ") union all by name (" ~ carried_rows(by, before) ~ ")") }}
{% endmacro %}

{#
    The rows of a table of the earlier run that are carried over: a select.

    by    as above
    table    its full name
#}
{% macro carried_rows(by, table) -%}
    select c.*
    from {{ table }} c
    where
    {% if by.startswith("business_day") %}
            not exists (
                select 1
                from workspace.ledger.measured_day m
                where
                    m.business_day = c.business_day
                    and (m.source = c.source {% if by != "business_day" %} or m.source = 'ho_so' {% endif %})
            )
    {% else %} c.{{ by }} is not null and c.{{ by }} not in (select MaHoSo from workspace.ledger.weighed_dossier)
    {% endif %}
{%- endmacro %}

{# Whether this run carries anything over: only then is the earlier one attached (pipelines/transform/dbt.py). #}
{% macro is_carrying() %}
    {{
        return(
            run_query("select count(*) from duckdb_databases() where database_name = 'carried_workspace'").rows[0][0]
            > 0
        )
    }}
{% endmacro %}

{#
    A view looks for `schema.table` in the file that it lies in, whatever that is called or attached as. With the catalog's
    name before it, it would fail in a renamed copy, and read another file where one of that name is attached.
#}
{% macro without_catalog(sql, relation) -%}
    {{ return(sql | replace('"' ~ relation.database ~ '".', "")) }}
{%- endmacro %}

{#
    Descriptions of a table or view and its columns in one statement, without dbt's look at which columns there are: one
    that is not there is a mistake.
#}
{% macro duckdb__persist_docs(relation, model, for_relation, for_columns) %}
    {% set comments = [] %}
    {% if config.persist_relation_docs() and model.description %}
        {% do comments.append(duckdb__alter_relation_comment(relation, model.description)) %}
    {% endif %}
    {% if config.persist_column_docs() %}
        {% for name, column in model.columns.items() %}
            {% set text = duckdb_escape_comment(column.description) %}
            {% do comments.append("comment on column " ~ relation ~ "." ~ name ~ " is " ~ text ~ ";") %}
        {% endfor %}
    {% endif %}
    {% if comments %} {% do run_query(comments | join("\n")) %} {% endif %}
{% endmacro %}
