-- When a figure was first reported, and since when it says what counts now; earlier words on it are superseded rows.
select
    f.indicator_code,
    f.unit_code,
    f.period_code,
    f.numerator,
    f.denominator,
    min(d._business_day) as first_reported_on,
    min(d._business_day) filter (where d.TuSo = f.numerator and d.MauSo = f.denominator) as reported_on
from {{ ref("stg_figure") }} f
join
    {{ ref("base_so_lieu") }} d
    on f.indicator_code = d.MaChiTieu
    and f.unit_code = d.MaDonVi
    and f.period_code = d.KyBaoCao
    and d.disposition <> 'rejected'
group by f.indicator_code, f.unit_code, f.period_code, f.numerator, f.denominator
