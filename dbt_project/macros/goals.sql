{# How a goal stands, in the words given: nothing is known; followed without a target; met; not met. #}
{% macro goal_standing(no_data, tracked, met, not_met) -%}
    case
        when value is null
        then '{{ no_data }}'
        when target is null
        then '{{ tracked }}'
        when met
        then '{{ met }}'
        else '{{ not_met }}'
    end
{%- endmacro %}
