{#
    The fate of every delivered row of a source: accepted (the newest state of its key), superseded, or
    rejected with a reason. Rules are those of the contract: the newest row of a key wins (see `row_newness`); a row is
    rejected while a code that must be known is not; identical repeats are superseded; rows equally new that differ are
    a conflict and none of them counts. A field that a row of a sync message cannot fill (see `unsaid`) differs from
    nothing, and of repeats the row that fills most fields counts.

    name         source in the lake; its key, newness, lookups and the like are its contract's (see `contract_terms`)

    What a model may add to the contract:

    forbidden    [{when, reason}]: SQL over the row `d` and the contract's lookups in their order, `k0`, `k1`, …

    relation     the rows, where they are more than what lies in the lake under `name`
    partly       [{value, unsaid, weighs}]: SQL of what a row may leave unsaid, and when it does; rows that differ in it
                 are a conflict only where both say it (without a value nothing is compared). Of repeats the row that
                 leaves least unsaid of what weighs counts
    compared_apart   columns that `partly` compares

    A row that reports a deletion needs only its key: nothing is looked up, nothing forbidden.

    known        {relation of a lookup: the one to look in instead}

    One row per row of the lake: its columns, then newness, reason (null unless rejected), disposition.
#}
{% macro disposition(name, forbidden=[], relation=none, partly=[], compared_apart=[], known={}) %}
    {%- set terms = contract_terms()[name] -%}
    {%- set lookups = known_lookups(terms.lookups or [], known) -%}
    {%- set keys = terms.key | join(", ") -%}
    {%- set apart = compared_apart + (terms.untold or {}) | list -%}
    {%- set partly = partly + untold_parts(terms.untold or {}) -%}
    {%- set weighing = partly | selectattr("weighs", "true") | map(attribute="unsaid") | list -%}
    {%- set place = "_source_file || ' ' || lpad(cast(_row_number as string), 12, '0')" -%}
    {%- set order = unsaid_count(weighing) ~ " || ' ' || " ~ place if weighing else place -%}
    {%- set rows = relation or source("lake", name) -%}
    {%- set same_hash = "repeated_hash on " ~ key_hash(terms.key) ~ " = key_hash" -%}
    with
        delivered as (select *, {{ row_newness(terms.newness) }} as newness from {{ rows }}),
        -- Most keys came once, and their rows need no comparison. Different keys of one hash are compared for nothing.
        repeated_hash as {{ once() }} (
            select {{ key_hash(terms.key) }} as key_hash from {{ rows }} group by 1 having count(*) > 1
        ),
        once as (
            {{ checked_rows("select * from delivered anti join " ~ same_hash, lookups, forbidden, terms.tombstone) }}
        ),
        checked as (
            {{ checked_rows("select * from delivered semi join " ~ same_hash, lookups, forbidden, terms.tombstone) }}
        ),
        equally_new as (
            select {{ keys }}, newness
            from checked
            where reason is null
            group by {{ keys }}, newness
            having count(*) > 1
        ),
        repeated as (select j.* from checked j join equally_new using ({{ keys }}, newness) where j.reason is null),
        conflicts as (
            select {{ keys }}, newness
            from
                (
                    select {{ keys }}, newness, {{ whole_row("r") }} as content
                    from
                        (select {{ all_but(["_source_file", "_row_number", "_business_day"] + apart) }} from repeated) r
                )
            group by {{ keys }}, newness
            having count(distinct content) > 1
            {% for part in partly if part.value %}
                union
                select {{ keys }}, newness
                from repeated
                group by {{ keys }}, newness
                having
                    count(distinct {{ part.value }})
                    + max(case when {{ part.value }} is null and not {{ part.unsaid }} then 1 else 0 end)
                    > 1
            {% endfor %}
        ),
        firsts as (
            select {{ keys }}, newness, min({{ order }}) as first_place from repeated group by {{ keys }}, newness
        ),
        weighed as (
            select
                j.{{ all_but(["reason"]) }},
                coalesce(j.reason, case when c.newness is not null then 'conflict' end) as reason,
                coalesce(f.first_place = {{ order }}, true) as is_first
            from checked j
            left join conflicts c on {{ same_columns("j", "c", terms.key + ["newness"]) }}
            left join firsts f on {{ same_columns("j", "f", terms.key + ["newness"]) }}
        ),
        newest as (select {{ keys }}, max(newness) as newness from weighed where reason is null group by {{ keys }})
    select *, case when reason is null then 'accepted' else 'rejected' end as disposition
    from once
    union all
    select
        w.{{ all_but(["is_first"]) }},
        case
            when w.reason is not null
            then 'rejected'
            when n.newness = w.newness and w.is_first
            then 'accepted'
            else 'superseded'
        end as disposition
    from weighed w
    left join newest n on {{ same_columns("w", "n", terms.key) }}
{% endmacro %}

{# Columns of two relations are equal. With `using`, engines differ in the order of the columns of `*`. #}
{% macro same_columns(one, other, columns) -%}
    {% for column in columns %}
        {{ "and " if not loop.first }}{{ one }}.{{ column }} = {{ other }}.{{ column }}
    {% endfor %}
{%- endmacro %}

{# Lookups of a contract, each with the relation to look in as `rows`. #}
{% macro known_lookups(lookups, known) %}
    {% set found = [] %}
    {% for lookup in lookups %}
        {% set rows = ref(lookup.relation) %} {% do found.append(dict(lookup, rows=known[lookup.relation] or rows)) %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}

{#
    Rows with the reason for which they are rejected by themselves, null if there is none; see `disposition`.

    rows    a select of delivered rows
#}
{% macro checked_rows(rows, lookups, forbidden, tombstone) %}
    select
        d.*,
        case
            {% if tombstone %} when d.{{ tombstone }} = 1 then null {% endif %}
            {% for lookup in lookups %}
                when k{{ loop.index0 }}.{{ lookup.column }} is null and d.{{ lookup.field }} is not null
                then '{{ lookup.reason }}'
            {% endfor %}
            {% for rule in forbidden %} when {{ rule.when }} then '{{ rule.reason }}' {% endfor %}
            {% if not lookups and not forbidden %} when false then '' {% endif %}
        end as reason
    from ({{ rows }}) d
    {% for lookup in lookups %}
        left join {{ lookup.rows }} k{{ loop.index0 }} on d.{{ lookup.field }} = k{{ loop.index0 }}.{{ lookup.column }}
    {% endfor %}
{% endmacro %}

{#
    How new a row is, as a number; the larger the newer. By the moment at which it says it was updated, where it says
    none by the end of its business day, then by the business day.

    updated         SQL of that moment; none where the source has no such field
    business_day    SQL of the day of its delivery
#}
{% macro row_newness(updated=none, business_day="_business_day") -%}
    {%- set day_end = end_of_day(business_day) -%}
    {%- set moment = "coalesce(cast(" ~ updated ~ " as timestamp), " ~ day_end ~ ")" if updated else day_end -%}
    {{ newness(moment, business_day) }}
{%- endmacro %}

{#
    Whether a row leaves a field unsaid: it is empty, and the row came within a sync message of one of the sources
    `parents`, which cannot tell it. In a file of its own an empty field says that there is nothing.
#}
{% macro unsaid(field, parents) -%}
    ({{ field }} is null and split_part(_source_file, '/', 1) in ('{{ parents | join("', '") }}'))
{%- endmacro %}

{# What the contracts say that a sync message cannot tell, as `partly` of `disposition` has it. #}
{% macro untold_parts(untold) %}
    {% set parts = [] %}
    {% for field, parents in untold.items() %}
        {% do parts.append({"value": field, "unsaid": unsaid(field, parents), "weighs": true}) %}
    {% endfor %}
    {{ return(parts) }}
{% endmacro %}

{# How many things a row leaves unsaid, as sortable text. #}
{% macro unsaid_count(conditions) -%}
    lpad(
        cast(0 {% for condition in conditions %} + case when {{ condition }} then 1 else 0 end {% endfor %} as string),
        3,
        '0'
    )
{%- endmacro %}
