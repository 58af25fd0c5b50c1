{#
    Where a rejected row names the unit that it is about: MaDonVi in sources whose rows are a unit's own; the dossier
    elsewhere. The lists of units and procedures are about no unit.
#}
{% macro rejected_subject(name) %}
    {% set absent = "cast(null as varchar)" %}
    {{ "MaDonVi" if name in ["ho_so", "phan_anh", "so_lieu"] else absent }} as unit_code,
    {{ absent if name in ["phan_anh", "so_lieu", "nhiem_vu", "don_vi", "thu_tuc"] else "MaHoSo" }} as dossier_code
{% endmacro %}
