{{ config(materialized="view") }}
select
    d.*,
    t.usual as usual_term,
    c.usual_online,
    l.usual as usual_channel,
    {{ whole_row("usual_range") }} as usual_range,
    b.day_before,
    u.unit_day,
    p.procedure_day
from {{ ref("prf_dossier_row") }} d
left join {{ ref("prf_usual_term") }} t on d.MaTTHC = t.MaTTHC and {{ week_of("d.business_day") }} = t.week
left join {{ ref("prf_usual_channel") }} c on d.MaTTHC = c.MaTTHC and d.business_day = c.business_day
left join
    {{ ref("prf_usual_level_channel") }} l on d.unit_level = l.unit_level and {{ week_of("d.business_day") }} = l.week
left join
    (
        select business_day, lag(business_day) over (order by business_day) as day_before
        from {{ ref("prf_day") }}
        where source = 'ho_so'
    ) b
    on d.business_day = b.business_day
left join {{ ref("prf_usual_range") }} usual_range on {{ week_of("d.business_day") }} = usual_range.week
left join
    (select MaDonVi, min(business_day) as unit_day from {{ ref("prf_dossier_seen") }} group by MaDonVi) u
    on d.MaDonVi = u.MaDonVi
left join
    (select MaTTHC, min(business_day) as procedure_day from {{ ref("prf_dossier_seen") }} group by MaTTHC) p
    on d.MaTTHC = p.MaTTHC
