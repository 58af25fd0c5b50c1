{#
    Which unit a name stands for on the day a dossier was received. A unit that had ended by then is none; one that was
    there comes before one that came later, and the name as written before the name without diacritics. Where two units
    are then left, the name stands for neither.

    names     relation of mark, on_day
    delivered_names    relation of mark, is_bare, MaDonVi, HieuLucTu, HieuLucDen: every name that a unit ever had

    One row per mark and day that stand for one unit: mark, on_day, MaDonVi.
#}
{% macro named_units(names, delivered_names) %}
    select mark, on_day, min(MaDonVi) as MaDonVi
    from
        (
            select
                n.mark,
                n.on_day,
                c.MaDonVi,
                case when c.HieuLucTu > n.on_day then 2 else 0 end + case when c.is_bare then 1 else 0 end as place
            from {{ names }} n
            join {{ delivered_names }} c on n.mark = c.mark and coalesce(c.HieuLucDen >= n.on_day, true)
            qualify place = min(place) over (partition by n.mark, n.on_day)
        ) nearest
    group by mark, on_day
    having count(distinct MaDonVi) = 1
{% endmacro %}

{# The day that a dossier's DonViXuLy is looked up for: when it was received, else when its row was delivered. #}
{% macro naming_day() -%} coalesce(cast(NgayTiepNhan as date), _business_day) {%- endmacro %}
