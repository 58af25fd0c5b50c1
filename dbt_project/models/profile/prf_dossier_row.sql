-- Delivered rows of dossiers with values of the same dossier's previous row, and the working days until the due date.
with
    described as (
        select
            d.{{ all_but(["_business_day"]) }},
            d._business_day as business_day,
            nullif(split_part(MaHoSo, '-', 1), MaHoSo) as prefix,
            k.Cap as unit_level,
            due.working_day_number - began.working_day_number as term,
            {{ days_from("NgayTiepNhan", "NgayHenTra") }} as days_to_due,
            case
                when TrangThaiHoSo in (9, 10) then {{ days_from("NgayTiepNhan", "coalesce(NgayKetThucXuLy, NgayTra)") }}
            end as days_to_finish,
            {{ days_from("NgayCapNhat", "d._business_day") }} as days_to_delivery,
            {{
                content_hash(
                    "d", ["_source_file", "_row_number", "_business_day", "newness", "reason", "disposition"]
                )
            }} as content
        from {{ ref("base_ho_so") }} d
        left join {{ ref("known_unit") }} k on d.MaDonVi = k.MaDonVi
        left join {{ ref("dim_calendar") }} began on cast(d.NgayTiepNhan as date) = began.calendar_date
        left join {{ ref("dim_calendar") }} due on cast(d.NgayHenTra as date) = due.calendar_date
    )
select
    {{ all_but(["content"]) }},
    min(business_day) over dossier = business_day as is_first,
    coalesce(lag(content) over rows_of = content, false) as is_same,
    lag(MaDonVi) over rows_of as unit_before,
    lag(MaTTHC) over rows_of as procedure_before
from described
window
    dossier as (partition by MaHoSo),
    rows_of as (partition by MaHoSo order by business_day, newness, _source_file, _row_number)
