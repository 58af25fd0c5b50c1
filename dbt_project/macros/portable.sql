{# What DuckDB and other engines spell differently. One macro per difference, dispatched by adapter. #}
{# A sortable number for "how new": the moment in milliseconds, then the business day. #}
{% macro newness(moment, business_day) -%}
    {{ return(adapter.dispatch("newness")(moment, business_day)) }}
{%- endmacro %}
{% macro default__newness(moment, business_day) -%}
    (epoch_ms({{ moment }}) * 100000 + date_diff('day', date '1970-01-01', {{ business_day }}))
{%- endmacro %}
{% macro spark__newness(moment, business_day) -%}
    (unix_millis(cast({{ moment }} as timestamp_ltz)) * 100000 + datediff({{ business_day }}, date '1970-01-01'))
{%- endmacro %}

{# The whole row of a relation as one comparable value. #}
{% macro whole_row(alias) -%} {{ return(adapter.dispatch("whole_row")(alias)) }}{%- endmacro %}
{% macro default__whole_row(alias) -%} {{ alias }}{%- endmacro %}
{% macro spark__whole_row(alias) -%} struct({{ alias }}.*) {%- endmacro %}

{# The last moment of a day. #}
{% macro end_of_day(day) -%} {{ return(adapter.dispatch("end_of_day")(day)) }}{%- endmacro %}
{% macro default__end_of_day(day) -%}
    (cast({{ day }} as timestamp) + interval 1 day - interval 1 second)
{%- endmacro %}

{% macro days_between(earlier, later) -%} {{ return(adapter.dispatch("days_between")(earlier, later)) }} {%- endmacro %}
{% macro default__days_between(earlier, later) -%} date_diff('day', {{ earlier }}, {{ later }}) {%- endmacro %}
{% macro spark__days_between(earlier, later) -%} datediff({{ later }}, {{ earlier }}) {%- endmacro %}

{# Hours between two moments, with their fraction. #}
{% macro hours_between(earlier, later) -%}
    {{ return(adapter.dispatch("hours_between")(earlier, later)) }}
{%- endmacro %}
{% macro default__hours_between(earlier, later) -%}
    date_diff('second', {{ earlier }}, {{ later }}) / 3600.0
{%- endmacro %}
{% macro spark__hours_between(earlier, later) -%}
    (unix_seconds(cast({{ later }} as timestamp_ltz)) - unix_seconds(cast({{ earlier }} as timestamp_ltz))) / 3600
{%- endmacro %}

{# The same day of a later month, or that month's last day. #}
{% macro months_later(day, months) -%} {{ return(adapter.dispatch("months_later")(day, months)) }} {%- endmacro %}
{% macro default__months_later(day, months) -%}
    cast({{ day }} + to_months(cast({{ months }} as integer)) as date)
{%- endmacro %}
{% macro spark__months_later(day, months) -%} add_months({{ day }}, {{ months }}) {%- endmacro %}

{# One row per path of a field that joins several paths by ##. #}
{% macro each_path(paths) -%} {{ return(adapter.dispatch("each_path")(paths)) }} {%- endmacro %}
{% macro default__each_path(paths) -%} unnest(string_split({{ paths }}, '##')) {%- endmacro %}
{% macro spark__each_path(paths) -%} explode(split({{ paths }}, '##')) {%- endmacro %}

{# One row per element of a list. #}
{% macro each_item(list) -%} {{ return(adapter.dispatch("each_item")(list)) }} {%- endmacro %}
{% macro default__each_item(list) -%} unnest({{ list }}) {%- endmacro %}
{% macro spark__each_item(list) -%} explode({{ list }}) {%- endmacro %}

{# The smallest few numbers of a group, joined by commas. #}
{% macro first_numbers(number, most) -%} {{ return(adapter.dispatch("first_numbers")(number, most)) }} {%- endmacro %}
{% macro default__first_numbers(number, most) -%}
    array_to_string(list_sort(list({{ number }}))[1:{{ most }}], ', ')
{%- endmacro %}
{% macro spark__first_numbers(number, most) -%}
    array_join(slice(array_sort(collect_list({{ number }})), 1, {{ most }}), ', ')
{%- endmacro %}

{# Texts of a group joined in an order; of small groups only, since all of a group are sorted in memory. #}
{% macro joined_in_order(text, order, by) -%}
    {{ return(adapter.dispatch("joined_in_order")(text, order, by)) }}
{%- endmacro %}
{% macro default__joined_in_order(text, order, by) -%}
    string_agg({{ text }}, '{{ by }}' order by {{ order }})
{%- endmacro %}
{% macro spark__joined_in_order(text, order, by) -%}
    string_agg({{ text }}, '{{ by }}') within group (order by {{ order }})
{%- endmacro %}

{# One row per day from one to another, both included. #}
{% macro each_day(first, last) -%} {{ return(adapter.dispatch("each_day")(first, last)) }} {%- endmacro %}
{% macro default__each_day(first, last) -%}
    cast(unnest(generate_series({{ first }}, {{ last }}, interval 1 day)) as date)
{%- endmacro %}
{% macro spark__each_day(first, last) -%}
    explode(case when {{ first }} <= {{ last }} then sequence({{ first }}, {{ last }}, interval 1 day) end)
{%- endmacro %}

{# A number for the values of some columns: equal for equal values, and seldom equal for others. #}
{% macro key_hash(columns) -%} {{ return(adapter.dispatch("key_hash")(columns)) }} {%- endmacro %}
{% macro default__key_hash(columns) -%} hash({{ columns | join(", ") }}) {%- endmacro %}
{% macro spark__key_hash(columns) -%} xxhash64({{ columns | join(", ") }}) {%- endmacro %}

{# The value of the newest row of a group, null where that row has none; the row is newest by the columns in their order. #}
{% macro newest_of(value, order) -%} {{ return(adapter.dispatch("newest_of")(value, order)) }} {%- endmacro %}
{% macro default__newest_of(value, order) -%} arg_max_null({{ value }}, row({{ order | join(", ") }})) {%- endmacro %}
{% macro spark__newest_of(value, order) -%} max_by({{ value }}, struct({{ order | join(", ") }})) {%- endmacro %}

{# All columns but some, as in {{ all_but(["a", "b"]) }}. #}
{% macro all_but(columns) -%} {{ return(adapter.dispatch("all_but")(columns)) }} {%- endmacro %}
{% macro default__all_but(columns) -%} * exclude ({{ columns | join(", ") }}) {%- endmacro %}
{% macro spark__all_but(columns) -%} * except ({{ columns | join(", ") }}) {%- endmacro %}

{# Of a common table expression that several others read: it is computed once. Spark decides that by itself. #}
{% macro once() -%} {{ return(adapter.dispatch("once")()) }} {%- endmacro %}
{% macro default__once() -%} materialized {%- endmacro %}
{% macro spark__once() -%} {%- endmacro %}

{# The value of the row of a group where something is largest or smallest; rows without a value do not count. #}
{% macro at_largest(value, order) -%} {{ return(adapter.dispatch("at_largest")(value, order)) }} {%- endmacro %}
{% macro default__at_largest(value, order) -%} arg_max({{ value }}, {{ order }}) {%- endmacro %}
{% macro spark__at_largest(value, order) -%}
    max_by({{ value }}, {{ order }}) filter (where {{ value }} is not null)
{%- endmacro %}
{% macro at_smallest(value, order) -%} {{ return(adapter.dispatch("at_smallest")(value, order)) }} {%- endmacro %}
{% macro default__at_smallest(value, order) -%} arg_min({{ value }}, {{ order }}) {%- endmacro %}
{% macro spark__at_smallest(value, order) -%}
    min_by({{ value }}, {{ order }}) filter (where {{ value }} is not null)
{%- endmacro %}

{# The type of whole numbers of up to 38 digits. #}
{% macro large_integer() -%} {{ return(adapter.dispatch("large_integer")()) }} {%- endmacro %}
{% macro default__large_integer() -%} hugeint {%- endmacro %}
{% macro spark__large_integer() -%} decimal(38, 0) {%- endmacro %}

{# The list of whole numbers from zero to the last. #}
{% macro numbers_up_to(last) -%} {{ return(adapter.dispatch("numbers_up_to")(last)) }} {%- endmacro %}
{% macro default__numbers_up_to(last) -%} range({{ last + 1 }}) {%- endmacro %}
{% macro spark__numbers_up_to(last) -%} sequence(0, {{ last }}) {%- endmacro %}

{# SHA-256 of a text as hexadecimal digits. #}
{% macro sha256_of(text) -%} {{ return(adapter.dispatch("sha256_of")(text)) }} {%- endmacro %}
{% macro default__sha256_of(text) -%} sha256({{ text }}) {%- endmacro %}
{% macro spark__sha256_of(text) -%} sha2({{ text }}, 256) {%- endmacro %}

{# Whether a text has a part of a pattern (RE2 and Java agree on those that we use). #}
{% macro matches(text, pattern) -%} {{ return(adapter.dispatch("matches")(text, pattern)) }} {%- endmacro %}
{% macro default__matches(text, pattern) -%} regexp_matches({{ text }}, '{{ pattern }}') {%- endmacro %}
{% macro spark__matches(text, pattern) -%} regexp ({{ text }}, '{{ pattern }}') {%- endmacro %}

{# The Monday of a day's week. #}
{% macro week_of(day) -%} {{ return(adapter.dispatch("week_of")(day)) }} {%- endmacro %}
{% macro default__week_of(day) -%} date_trunc('week', {{ day }}) {%- endmacro %}
{% macro spark__week_of(day) -%} cast(date_trunc('week', {{ day }}) as date) {%- endmacro %}

{# Several named values as one: {name: SQL}. #}
{% macro record(fields) -%} {{ return(adapter.dispatch("record")(fields)) }} {%- endmacro %}
{% macro default__record(fields) -%}
    struct_pack({% for name, value in fields.items() %}{{ name }} := {{ value }}{{ ", " if not loop.last }}{% endfor %})
{%- endmacro %}
{% macro spark__record(fields) -%}
    named_struct(
        {% for name, value in fields.items() %}'{{ name }}', {{ value }}{{ ", " if not loop.last }}{% endfor %}
    )
{%- endmacro %}

{# One row per record of several, its fields as columns. #}
{% macro each_record(records) -%} {{ return(adapter.dispatch("each_record")(records)) }} {%- endmacro %}
{% macro default__each_record(records) -%} unnest([{{ records }}], recursive := true) {%- endmacro %}
{% macro spark__each_record(records) -%} inline(array({{ records }})) {%- endmacro %}

{# How often the most frequent value of a group comes. #}
{% macro most_frequent_count(value) -%} {{ return(adapter.dispatch("most_frequent_count")(value)) }} {%- endmacro %}
{% macro default__most_frequent_count(value) -%}
    coalesce(list_max(map_values(histogram({{ value }}))), 0)
{%- endmacro %}
{# Through the sorted values, with the length of the run of equal ones so far and the longest. #}
{% macro spark__most_frequent_count(value) -%}
    aggregate(
        array_sort(collect_list(cast({{ value }} as string))),
        named_struct('last', cast(null as string), 'run', 0, 'most', 0),
        (a, v) -> named_struct(
            'last', v, 'run', if(a.last = v, a.run + 1, 1), 'most', greatest(a.most, if(a.last = v, a.run + 1, 1))
        ),
        a -> a.most
    )
{%- endmacro %}

{# A number for the content of a row without some columns: equal for equal rows, and seldom equal for others. #}
{% macro content_hash(alias, without) -%} {{ return(adapter.dispatch("content_hash")(alias, without)) }} {%- endmacro %}
{% macro default__content_hash(alias, without) -%} hash(*columns({{ alias }}.{{ all_but(without) }})) {%- endmacro %}
{% macro spark__content_hash(alias, without) -%} xxhash64(struct({{ alias }}.{{ all_but(without) }})) {%- endmacro %}

{#
    A join with the newest state, up to a moment, of what a key names: at most one row.

    states    relation of MaDonVi, newness; one row per unit and moment
#}
{% macro join_newest(states, alias, key, moment, kind="inner") -%}
    {{ return(adapter.dispatch("join_newest")(states, alias, key, moment, kind)) }}
{%- endmacro %}
{% macro default__join_newest(states, alias, key, moment, kind) -%}
    asof {{ kind }}
    join {{ states }} {{ alias }} on {{ key }} = {{ alias }}.MaDonVi and {{ moment }} >= {{ alias }}.newness
{%- endmacro %}
{% macro spark__join_newest(states, alias, key, moment, kind) -%}
    {{ kind }}
    join
        (
            select *, lead(newness) over (partition by MaDonVi order by newness) as newness_after from {{ states }}
        ) {{ alias }}
        on {{ key }} = {{ alias }}.MaDonVi
        and {{ moment }} >= {{ alias }}.newness
        and coalesce({{ moment }} < {{ alias }}.newness_after, true)
{%- endmacro %}

{#
    How many cells of each column are filled, by day: one row per day and column with _business_day, n (rows), field,
    filled.

    model      the relation whose columns are counted
    rows       a select of its rows
    when       which of them
    without    columns that are not counted
#}
{% macro filled_cells(model, rows, when, without) -%}
    {{ return(adapter.dispatch("filled_cells")(model, rows, when, without)) }}
{%- endmacro %}
{% macro default__filled_cells(model, rows, when, without) -%}
    (
        unpivot (
            select _business_day, count(*) as n, count(columns({{ all_but(without) }}))
            from {{ rows }}
            where {{ when }}
            group by _business_day
        )
        on columns({{ all_but(["_business_day", "n"]) }}) into name field value filled
    )
{%- endmacro %}
{% macro spark__filled_cells(model, rows, when, without) -%}
    {%- set names = adapter.get_columns_in_relation(model) | map(attribute="name") | reject("in", without) | list -%}
    (
        select _business_day, n, field, filled
        from
            (
                select
                    _business_day, count(*) as n {% for name in names %}, count({{ name }}) as {{ name }} {% endfor %}
                from {{ rows }}
                where {{ when }}
                group by _business_day
            )
            unpivot (filled for field in ({{ names | join(", ") }}))
    )
{%- endmacro %}

{# The values of the rows of a window that fulfil a condition, as a list in their order; null if there is none. #}
{% macro list_over(value, condition, window) -%}
    {{ return(adapter.dispatch("list_over")(value, condition, window)) }}
{%- endmacro %}
{% macro default__list_over(value, condition, window) -%}
    list({{ value }}) filter (where {{ condition }}) over ({{ window }})
{%- endmacro %}
{% macro spark__list_over(value, condition, window) -%}
    nullif(collect_list(case when {{ condition }} then {{ value }} end) over ({{ window }}), array())
{%- endmacro %}

{# The last items of a list, the last one first. #}
{% macro newest_items(list, most) -%} {{ return(adapter.dispatch("newest_items")(list, most)) }} {%- endmacro %}
{% macro default__newest_items(list, most) -%} list_reverse({{ list }})[1:{{ most }}] {%- endmacro %}
{% macro spark__newest_items(list, most) -%} slice(reverse({{ list }}), 1, {{ most }}) {%- endmacro %}

{# How many items a list has; null for null. #}
{% macro item_count(list) -%} {{ return(adapter.dispatch("item_count")(list)) }} {%- endmacro %}
{% macro default__item_count(list) -%} len({{ list }}) {%- endmacro %}
{% macro spark__item_count(list) -%} array_size({{ list }}) {%- endmacro %}

{# An item of a list by its place from one on; null if it has fewer. #}
{% macro item(list, place) -%} {{ return(adapter.dispatch("item")(list, place)) }} {%- endmacro %}
{% macro default__item(list, place) -%} {{ list }} [{{ place }}] {%- endmacro %}
{% macro spark__item(list, place) -%} get({{ list }}, {{ place - 1 }}) {%- endmacro %}

{# The items of a list from one place to another, sorted. #}
{% macro sorted_part(list, first, last) -%}
    {{ return(adapter.dispatch("sorted_part")(list, first, last)) }}
{%- endmacro %}
{% macro default__sorted_part(list, first, last) -%} list_sort({{ list }} [{{ first }}:{{ last }}]) {%- endmacro %}
{% macro spark__sorted_part(list, first, last) -%}
    array_sort(slice({{ list }}, {{ first }}, {{ last - first + 1 }}))
{%- endmacro %}

{# The mean of a list of numbers; null for none. #}
{% macro mean_of(list) -%} {{ return(adapter.dispatch("mean_of")(list)) }} {%- endmacro %}
{% macro default__mean_of(list) -%} list_avg({{ list }}) {%- endmacro %}
{% macro spark__mean_of(list) -%}
    aggregate({{ list }}, cast(0 as double), (a, x) -> a + x, a -> a / array_size({{ list }}))
{%- endmacro %}

{# The median of a number over the rows of a window. #}
{% macro median_over(value, window) -%} {{ return(adapter.dispatch("median_over")(value, window)) }} {%- endmacro %}
{% macro default__median_over(value, window) -%} median({{ value }}) over ({{ window }}) {%- endmacro %}
{% macro spark__median_over(value, window) -%}
    get(
        transform(
            array(array_sort(collect_list({{ value }}) over ({{ window }}))),
            s -> (get(s, cast((array_size(s) - 1) div 2 as int)) + get(s, cast(array_size(s) div 2 as int))) / 2
        ),
        0
    )
{%- endmacro %}

{#
    The body of a recursive table whose rows are each taken once, so that it ends even in a circle.

    columns    its columns
    first      a select of them
    step       a select of them, named, out of the table under the alias `r`; `{{ path_so_far() }}` follows its columns
#}
{% macro each_once(columns, first, step) -%}
    {{ return(adapter.dispatch("each_once")(columns, first, step)) }}
{%- endmacro %}
{% macro default__each_once(columns, first, step) -%}
    {{ first }}
    union
    {{ step }}
{%- endmacro %}
{# Spark knows no `union` here, so each row remembers those that led to it. #}
{% macro spark__each_once(columns, first, step) -%}
    {%- set names = columns | join(", ") -%}
    select {{ names }}, array(struct({{ names }})) as path
    from ({{ first }})
    union all
    select {{ names }}, array_append(path, struct({{ names }}))
    from ({{ step }})
    where not array_contains(path, struct({{ names }}))
{%- endmacro %}
{% macro path_so_far() -%} {{ return(adapter.dispatch("path_so_far")()) }} {%- endmacro %}
{% macro default__path_so_far() -%} {%- endmacro %}
{% macro spark__path_so_far() -%}, r.path {%- endmacro %}

{# Whether a run may carry rows over from an earlier one (macros/materialized.sql); on Spark each computes everything. #}
{% macro may_carry() -%} {{ return(adapter.dispatch("may_carry")()) }} {%- endmacro %}
{% macro default__may_carry() -%} {{ return(true) }} {%- endmacro %}
{% macro spark__may_carry() -%} {{ return(false) }} {%- endmacro %}
