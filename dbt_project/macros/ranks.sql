{#
    Ranks such as the median from counts by length: the least length that at least so large a share of the cases does not
    exceed. Counted lengths are few where cases are many, so no list of all cases is held.
#}
{# Rows of a relation of counts with how many cases of their subject are at most as long, and how many there are. #}
{% macro with_counts_up_to(relation, subject, length, count) -%}
    select
        *,
        sum({{ count }}) over (partition by {{ subject }} order by {{ length }}) as up_to,
        sum({{ count }}) over (partition by {{ subject }}) as total
    from {{ relation }}
{%- endmacro %}

{# The length that so many tenths of the cases do not exceed. #}
{% macro not_exceeded_by(tenths, length) -%}
    min({{ length }}) filter (where up_to * 10 >= total * {{ tenths }})
{%- endmacro %}
