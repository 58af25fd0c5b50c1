{# Whose figure a dossier is: of the unit that handles it where one is named, else of the one that received it. #}
{% macro handling_unit() -%} coalesce(MaDonViXuLy, MaDonVi) {%- endmacro %}
