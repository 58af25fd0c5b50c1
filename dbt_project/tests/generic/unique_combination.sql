{# The grain where some columns may be null: no two rows are alike in them, null being like null. #}
{% test unique_combination(model, columns) %}
    select {{ columns | join(", ") }}, count(*) as times
    from {{ model }}
    group by {{ columns | join(", ") }}
    having count(*) > 1
{% endtest %}
