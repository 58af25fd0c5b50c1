{#
    What became of every delivered row of a source: accepted (the newest state of its key), superseded, or
    rejected with a reason. Rules are those of the contract: the newest row of a key wins, newness being
    the update time (else the end of the business day), then the business day; identical repeats are
    superseded; rows equally new that differ are a conflict and none of them counts.

    lake_name    source in the lake
    key          columns (official names) that identify a thing
    updated_at   column that says when a row was updated, or none
    lookups      [{relation, column, reason}]: the row is rejected where `column` is not found in `relation`
    forbidden    [{when, reason}]: SQL over the row `d` and the lookups `k0`, `k1`, …

    One row per row of the lake: its columns, then newness, reason (null unless rejected), disposition.
#}
{% macro disposition(lake_name, key, updated_at=none, lookups=[], forbidden=[]) %}
    {%- set keys = key | join(", ") -%}
    {%- set day_end = end_of_day("_business_day") -%}
    {%- set moment = "coalesce(" ~ updated_at ~ ", " ~ day_end ~ ")" if updated_at else day_end -%}
    {%- set place = "_source_file || ' ' || lpad(cast(_row_number as varchar), 12, '0')" -%}
    with
        delivered as (select *, {{ newness(moment, "_business_day") }} as newness from {{ source("lake", lake_name) }}),
        judged as (
            select
                d.*,
                case
                    {% for lookup in lookups %}
                        when k{{ loop.index0 }}.{{ lookup.column }} is null then '{{ lookup.reason }}'
                    {% endfor %}
                    {% for rule in forbidden %} when {{ rule.when }} then '{{ rule.reason }}' {% endfor %}
                    {% if not lookups and not forbidden %} when false then '' {% endif %}
                end as reason
            from delivered d
            {% for lookup in lookups %}
                left join
                    {{ lookup.relation }} k{{ loop.index0 }}
                    on d.{{ lookup.column }} = k{{ loop.index0 }}.{{ lookup.column }}
            {% endfor %}
        ),
        equally_new as (
            select {{ keys }}, newness from judged where reason is null group by {{ keys }}, newness having count(*) > 1
        ),
        repeated as (select j.* from judged j join equally_new using ({{ keys }}, newness) where j.reason is null),
        conflicts as (
            select {{ keys }}, newness, count(distinct {{ whole_row("content") }}) > 1 as is_conflict
            from (select * exclude (_source_file, _row_number, _business_day) from repeated) content
            group by {{ keys }}, newness
        ),
        firsts as (
            select {{ keys }}, newness, min({{ place }}) as first_place from repeated group by {{ keys }}, newness
        ),
        weighed as (
            select
                j.* exclude (reason),
                coalesce(j.reason, case when c.is_conflict then 'conflict' end) as reason,
                coalesce(f.first_place = j.{{ place }}, true) as is_first
            from judged j
            left join conflicts c using ({{ keys }}, newness)
            left join firsts f using ({{ keys }}, newness)
        ),
        newest as (select {{ keys }}, max(newness) as newness from weighed where reason is null group by {{ keys }})
    select
        w.* exclude (is_first),
        case
            when w.reason is not null
            then 'rejected'
            when n.newness = w.newness and w.is_first
            then 'accepted'
            else 'superseded'
        end as disposition
    from weighed w
    left join newest n using ({{ keys }})
{% endmacro %}

{# The same for what belongs to a dossier: a row whose dossier has no accepted state waits in quarantine. #}
{% macro child_disposition(lake_name, key) %}
    {{
        disposition(
            lake_name,
            key=key,
            lookups=[{"relation": ref("known_dossier"), "column": "MaHoSo", "reason": "unknown_dossier"}],
        )
    }}
{% endmacro %}
