-- A component by our code or by the name under which the portal publishes it; what is neither is left out. One row per
-- unit, day and component.
with
    named as (
        select distinct component, component as code
        from {{ source("registers", "score_rule") }}
        union
        select distinct component, api as code
        from {{ source("registers", "score_rule") }}
        where api is not null
    )
select
    b.MaDonVi as unit_code,
    b.NgayTinh as portal_date,
    n.component,
    b.Diem as points,
    b.DiemToiDa as max_points,
    b.TuSo as numerator,
    b.MauSo as denominator
from {{ ref("base_diem_766") }} b
join named n on b.MaChiSo = n.code
where b.disposition = 'accepted'
qualify row_number() over (partition by b.MaDonVi, b.NgayTinh, n.component order by b.MaChiSo) = 1
