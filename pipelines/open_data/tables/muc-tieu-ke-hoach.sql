-- Each goal with the published row of its indicator for the closed period that reaches furthest, and that row's target
-- and verdict. Without such a row the reason is the goal's own.
with
    stated as (
        select s.*, if(s.unit_level = '*', root_level(), s.unit_level) as aimed_level from tthc.marts.plan_scorecard s
    ),
    newest as (
        select s.plan_year, s.goal_code, v.*
        from stated s
        join
            "chi-tieu" v
            on v.ma_chi_tieu = s.indicator_code
            and v.cach_tinh = 'plan'
            and v.cap = s.aimed_level
            and v.pham_vi = published_scope(if(s.unit_level = '*', 'province', 'level'))
        join period p on v.ky = p.period_code and p.period_type in ('report', 'year')
        where
            year(p.end_date) = s.plan_year
            and coalesce(v.co_tu_so, '') not in ('x', 'k', 'u')
            and coalesce(v.co, '') <> 'o'
        qualify row_number() over (partition by s.plan_year, s.goal_code order by p.end_date desc, p.period_code) = 1
    ),
    closed as (select distinct year(end_date) as plan_year from period where period_type in ('report', 'year')),
    reasoned as (
        select
            s.*,
            case
                when s.indicator_code is null
                then 'k'
                when s.missing_source is not null
                then why_missing(s.missing_source)
                when c.plan_year is null
                then 'w'
                when i.origin = 'transactions'
                then 'o'
                else 'x'
            end as reason
        from stated s
        left join closed c using (plan_year)
        left join tthc.marts.dim_indicator i on s.indicator_code = i.indicator_code and i.rule = 'plan'
    )
select
    s.plan_year as nam,
    s.goal_code as ma_muc_tieu,
    s.section as muc,
    s.wording as noi_dung,
    s.lead_unit as chu_tri,
    s.indicator_code as ma_chi_tieu,
    s.aimed_level as cap,
    if(n.ky is null, round(100 * s.target, 2), n.muc_tieu) as muc_tieu,
    n.ky,
    n.tu_so,
    if(n.ky is null, s.reason, n.co_tu_so) as co_tu_so,
    n.mau_so,
    if(n.ky is null, s.reason, n.co_mau_so) as co_mau_so,
    n.ty_le,
    n.dau,
    if(n.ky is null, s.reason, n.co) as co,
    n.dat,
    case
        when n.ky is null
        then 'chua-co-so-lieu'
        when n.muc_tieu is null
        then 'theo-doi'
        when n.dat = 1
        then 'dat'
        when n.dat = 0
        then 'chua-dat'
        else 'khong-ket-luan'
    end as tinh_trang
from reasoned s
left join newest n using (plan_year, goal_code)
