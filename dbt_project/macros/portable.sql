{# What DuckDB and other engines spell differently. One macro per difference, dispatched by adapter. #}
{# A sortable number for "how new": the moment in milliseconds, then the business day. #}
{% macro newness(moment, business_day) -%}
    {{ return(adapter.dispatch("newness")(moment, business_day)) }}
{%- endmacro %}
{% macro default__newness(moment, business_day) -%}
    (epoch_ms({{ moment }}) * 100000 + date_diff('day', date '1970-01-01', {{ business_day }}))
{%- endmacro %}

{# The whole row of a relation as one comparable value. #}
{% macro whole_row(alias) -%} {{ return(adapter.dispatch("whole_row")(alias)) }}{%- endmacro %}
{% macro default__whole_row(alias) -%} {{ alias }}{%- endmacro %}

{# The last moment of a day. #}
{% macro end_of_day(day) -%} {{ return(adapter.dispatch("end_of_day")(day)) }}{%- endmacro %}
{% macro default__end_of_day(day) -%}
    (cast({{ day }} as timestamp) + interval 1 day - interval 1 second)
{%- endmacro %}

{% macro days_between(earlier, later) -%} {{ return(adapter.dispatch("days_between")(earlier, later)) }} {%- endmacro %}
{% macro default__days_between(earlier, later) -%} date_diff('day', {{ earlier }}, {{ later }}) {%- endmacro %}

{# Hours between two moments, with their fraction. #}
{% macro hours_between(earlier, later) -%}
    {{ return(adapter.dispatch("hours_between")(earlier, later)) }}
{%- endmacro %}
{% macro default__hours_between(earlier, later) -%}
    date_diff('second', {{ earlier }}, {{ later }}) / 3600.0
{%- endmacro %}

{# The same day of a later month, or that month's last day. #}
{% macro months_later(day, months) -%} {{ return(adapter.dispatch("months_later")(day, months)) }} {%- endmacro %}
{% macro default__months_later(day, months) -%}
    cast({{ day }} + to_months(cast({{ months }} as integer)) as date)
{%- endmacro %}

{# One row per path of a field that joins several paths by ##. #}
{% macro each_path(paths) -%} {{ return(adapter.dispatch("each_path")(paths)) }} {%- endmacro %}
{% macro default__each_path(paths) -%} unnest(string_split({{ paths }}, '##')) {%- endmacro %}

{# One row per element of a list. #}
{% macro each_item(list) -%} {{ return(adapter.dispatch("each_item")(list)) }} {%- endmacro %}
{% macro default__each_item(list) -%} unnest({{ list }}) {%- endmacro %}

{# The smallest few numbers of a group, joined by commas. #}
{% macro first_numbers(number, most) -%} {{ return(adapter.dispatch("first_numbers")(number, most)) }} {%- endmacro %}
{% macro default__first_numbers(number, most) -%}
    array_to_string(list_sort(list({{ number }}))[1:{{ most }}], ', ')
{%- endmacro %}

{# Texts of a group joined by hyphens in an order; of small groups only, since all of a group are sorted in memory. #}
{% macro joined_in_order(text, order) -%} {{ return(adapter.dispatch("joined_in_order")(text, order)) }} {%- endmacro %}
{% macro default__joined_in_order(text, order) -%} string_agg({{ text }}, '-' order by {{ order }}) {%- endmacro %}

{# One row per day from one to another, both included. #}
{% macro each_day(first, last) -%} {{ return(adapter.dispatch("each_day")(first, last)) }} {%- endmacro %}
{% macro default__each_day(first, last) -%}
    cast(unnest(generate_series({{ first }}, {{ last }}, interval 1 day)) as date)
{%- endmacro %}

{# A number for the values of some columns: equal for equal values, and seldom equal for others. #}
{% macro key_hash(columns) -%} {{ return(adapter.dispatch("key_hash")(columns)) }} {%- endmacro %}
{% macro default__key_hash(columns) -%} hash({{ columns | join(", ") }}) {%- endmacro %}

{# The value of the newest row of a group, null where that row has none; the row is newest by the columns in their order. #}
{% macro newest_of(value, order) -%} {{ return(adapter.dispatch("newest_of")(value, order)) }} {%- endmacro %}
{% macro default__newest_of(value, order) -%} arg_max_null({{ value }}, row({{ order | join(", ") }})) {%- endmacro %}
