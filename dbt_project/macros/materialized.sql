{#
    Tables and views in one statement each. dbt's own way (make it under another name, rename it, drop the old one)
    spares readers of a living database a gap. Here each run has a database of its own that nobody reads before it is
    closed, and that care would be a third of the time of every model. `or replace`: a developer may build once more.
#}
{% materialization table, adapter = "duckdb" %} {{ return(made_at_once("table")) }} {% endmaterialization %}

{% materialization view, adapter = "duckdb" %} {{ return(made_at_once("view")) }} {% endmaterialization %}

{% materialization table, adapter = "spark" %} {{ return(made_on_spark("table")) }} {% endmaterialization %}

{% materialization view, adapter = "spark" %} {{ return(made_on_spark("view")) }} {% endmaterialization %}

{#
    On Spark, whose catalog lives as long as the session, a table is a folder of Parquet files, from which DuckDB takes it.
    Hooks are left out: ours serve tables whose rows are carried over, and here none are.
#}
{% macro made_on_spark(kind) %}
    {%- set relation = this.incorporate(type=kind) -%}
    {% if kind == "view" %}
        {% call statement("main") -%} create or replace view {{ relation }} as {{ sql }}
        {%- endcall %}
    {% else %}
        {% do run_query("drop table if exists " ~ relation) %}
        {% call statement("main") -%} create table {{ relation }} using parquet as {{ sql }}
        {%- endcall %}
    {% endif %}
    {{ return({"relations": [relation]}) }}
{% endmacro %}

{% macro made_at_once(kind) %}
    {%- set relation = this.incorporate(type=kind) -%}
    {%- set existing = load_cached_relation(this) -%}
    {% if existing is not none and existing.type != kind %} {% do adapter.drop_relation(existing) %} {% endif %}
    {{ run_hooks(pre_hooks) }}
    {% if kind == "table" and existing is not none and is_carried(model) %}
        {% do run_query(remove_computed_anew(model.config.meta.carried, relation)) %}
        {% call statement("main") -%} insert into {{ relation }} by name ({{ sql }}) {%- endcall %}
    {% elif kind == "table" and target.name == "taken" %} {{ take_from_spark(relation, sql) }}
    {% else %}
        {%- set query = without_catalog(sql, relation) if kind == "view" else sql -%}
        {%- set parts = query.split(next_part()) -%}
        {% call statement("main") -%} create or replace {{ kind }} {{ relation }} as ({{ parts[0] }}) {%- endcall %}
        {% for part in parts[1:] %} {% do run_query("insert into " ~ relation ~ " by name (" ~ part ~ ")") %}
        {% endfor %}
    {% endif %}
    {% do persist_docs(relation, model) %}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ return({"relations": [relation]}) }}
{% endmacro %}

{# Take a table as Spark computed it (pipelines/transform/spark), with the columns and types that it has on DuckDB. #}
{% macro take_from_spark(relation, sql) %}
    {%- set tables = target.path.rpartition("/")[0] ~ "/spark/tables" -%}
    {%- set files = [tables, relation.schema ~ ".db", relation.identifier, "*.parquet"] | join("/") -%}
    {% call statement("main") -%}
        create or replace table {{ relation }} as (from ({{ sql.split(next_part())[0] }}) limit 0)
    {%- endcall %}
    {% do run_query("insert into " ~ relation ~ " by name from read_parquet('" ~ (files | replace("'", "''")) ~ "')") %}
{% endmacro %}

{#
    Whether this run carries over rows of a table (docs/decisions/0007-carry-over.md). Its files then begin as copies of those
    of an earlier run, and a table that may be carried says by what (`meta: carried`):

    <column>                      the dossier of a row: rows of dossiers that are not weighed again stay
    business_day                  rows of a source's days that are not measured again stay
    business_day with dossiers    the same, where the day's new dossiers decide too
#}
{% macro is_carried(model) %}
    {{ return((model.config.meta or {}).get("carried") and execute and is_carrying()) }}
{% endmacro %}

{#
    Between selects whose rows make up a table one after the other: each is a statement of its own, and its memory is free
    again before the next begins. The first has the types of all columns. Elsewhere than in a table it is `union all`.
#}
{% macro next_part() %} {{ return("union all /* next part */") }} {% endmacro %}

{#
    Remove the rows of a table of the earlier run that this run computes anew.

    by    as above
    table    its full name
#}
{% macro remove_computed_anew(by, table) -%}
    delete from {{ table }} c
    where
    {% if by.startswith("business_day") %}
            exists (
                select 1
                from workspace.ledger.measured_day m
                where
                    m.business_day = c.business_day
                    and (m.source = c.source {% if by != "business_day" %} or m.source = 'ho_so' {% endif %})
            )
    {% else %} c.{{ by }} is null or c.{{ by }} in (select MaHoSo from workspace.ledger.weighed_dossier)
    {% endif %}
{%- endmacro %}

{# Whether this run carries anything over. #}
{% macro is_carrying() %}
    {{ return(run_query("select count(*) from workspace.ledger.carried_delivery").rows[0][0] > 0) }}
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
