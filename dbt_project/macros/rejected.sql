{#
    Where a rejected row names the unit that it is about: MaDonVi in sources whose rows are a unit's own, for a dossier
    the unit that handles it; the dossier elsewhere. The lists of units and procedures are about no unit.
#}
{% macro rejected_subject(name) %}
    {% set absent = "cast(null as varchar)" %}
    {% set units = {"ho_so": handling_unit(), "phan_anh": "MaDonVi", "so_lieu": "MaDonVi", "diem_766": "MaDonVi"} %}
    {{ units.get(name, absent) }} as unit_code,
    {{ absent if name in ["phan_anh", "so_lieu", "nhiem_vu", "don_vi", "thu_tuc", "diem_766"] else "MaHoSo" }}
    as dossier_code
{% endmacro %}
