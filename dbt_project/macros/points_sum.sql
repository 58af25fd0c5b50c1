{#
    A sum of points. Points are fractions: as decimals the same points have the same sum to the last digit, in whatever
    order they are added (an aggregate that sorts first takes much memory).
#}
{% macro points_sum(points) -%} coalesce(cast(sum(cast({{ points }} as decimal(18, 9))) as double), 0) {%- endmacro %}
