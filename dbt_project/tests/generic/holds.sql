{# An arithmetic or logical identity that every row must keep; null counts as broken. #}
{% test holds(model, expression) %} select * from {{ model }} where not coalesce({{ expression }}, false) {% endtest %}
