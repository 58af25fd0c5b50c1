-- Each goal with the published row of its indicator for the closed period that reaches furthest.
with
    stated as (
        select s.*, if(s.unit_level = '*', 'tinh', s.unit_level) as aimed_level
        from tthc.marts.plan_scorecard s
    ),
    newest as (
        select s.plan_year, s.goal_code, v.*
        from stated s
        join "chi-tieu" v on v.ma_chi_tieu = s.indicator_code and v.cach_tinh = 'plan' and v.cap = s.aimed_level
            and v.pham_vi = if(s.unit_level = '*', 'tinh', 'cap')
        join period p on v.ky = p.period_code and p.period_type in ('report', 'year')
        where year(p.end_date) = s.plan_year and coalesce(v.co_tu_so, '') <> 'x'
        qualify row_number() over (
            partition by s.plan_year, s.goal_code order by p.end_date desc, p.period_code
        ) = 1
    )
select
    s.plan_year as nam,
    s.goal_code as ma_muc_tieu,
    s.section as muc,
    s.wording as noi_dung,
    s.lead_unit as chu_tri,
    s.indicator_code as ma_chi_tieu,
    s.aimed_level as cap,
    round(100 * s.target, 2) as muc_tieu,
    n.ky,
    n.tu_so,
    if(n.ky is null, 'x', n.co_tu_so) as co_tu_so,
    n.mau_so,
    if(n.ky is null, 'x', n.co_mau_so) as co_mau_so,
    n.ty_le,
    n.dau,
    if(n.ky is null, 'x', n.co) as co,
    is_met(n.ty_le, coalesce(n.dau, ''), round(100 * s.target, 2), i.direction) as dat,
    case
        when n.ky is null
        then 'chua-co-so-lieu'
        when s.target is null
        then 'theo-doi'
        when is_met(n.ty_le, coalesce(n.dau, ''), round(100 * s.target, 2), i.direction) = 1
        then 'dat'
        when is_met(n.ty_le, coalesce(n.dau, ''), round(100 * s.target, 2), i.direction) = 0
        then 'chua-dat'
        else 'khong-ket-luan'
    end as tinh_trang
from stated s
left join newest n using (plan_year, goal_code)
left join tthc.marts.dim_indicator i on s.indicator_code = i.indicator_code and i.rule = 'plan'
