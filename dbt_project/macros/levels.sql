{#
    Made by `make docs` out of registers/vietnam/levels.yml, not by hand: the levels of offices, the highest first,
    which is the province itself. A list of: code.
#}
{% macro levels() %} {{ return([{"code": "tinh"}, {"code": "so"}, {"code": "huyen"}, {"code": "xa"}]) }} {% endmacro %}
