-- One row per figure of a province that could be added up, with the reason where it is not. Levels only of indicators
-- that are published exactly there: rounded counts do not add up.
create or replace table marts.contributions as
with
    dated as (
        select f.*, p.end_date, p.is_of_calendar, i.don_vi_tinh = 'ty-le' as is_share
        from offered_figure f
        join calendar_period p on (p.province_code, p.period_code) = (f.province_code, f.ky)
        join
            offered_indicator i
            on (i.province_code, i.ma_chi_tieu, i.cach_tinh) = (f.province_code, f.ma_chi_tieu, f.cach_tinh)
        where
            list_contains($scopes, warehouse_scope(f.pham_vi))
            and (warehouse_scope(f.pham_vi) = 'province' or i.bao_mat = 'none')
    ),
    defined as (
        select
            d.*,
            -- Of the definition that holds on the period's last day: the province's as it published it, and ours.
            (own.ma_chi_tieu is null) = (ref.indicator_code is null)
            and own.dinh_nghia_tu_so_vi is not distinct from ref.numerator_vi
            and own.dinh_nghia_mau_so_vi is not distinct from ref.denominator_vi as is_same_definition
        from dated d
        left join
            offered_definition own
            on (own.province_code, own.ma_chi_tieu, own.cach_tinh) = (d.province_code, d.ma_chi_tieu, d.cach_tinh)
            and d.end_date between own.hieu_luc_tu and coalesce(own.hieu_luc_den, date '9999-12-31')
        left join
            definition ref
            on (ref.indicator_code, ref.rule) = (d.ma_chi_tieu, d.cach_tinh)
            and d.end_date between ref.valid_from and coalesce(ref.valid_to, date '9999-12-31')
    )
select
    d.province_code,
    d.ma_chi_tieu as indicator_code,
    d.cach_tinh as rule,
    d.ky as period_code,
    if(warehouse_scope(d.pham_vi) = 'province', 'country', 'level') as scope,
    d.cap as unit_level,
    d.tu_so as numerator,
    d.mau_so as denominator,
    d.is_share,
    coalesce(d.co_tu_so = 'p', false) as is_provisional,
    case
        when l.indicator_code is not null
        then 'no_sum'
        when not d.is_of_calendar
        then 'other_days'
        when not d.is_same_definition
        then 'other_definition'
        when d.cach_tinh = 'plan' and y.nam is null
        then 'other_plan_year'
        when d.tu_so is null or d.is_share and d.mau_so is null
        then 'not_published'
    end as why_not
from defined d
left join not_to_add l on (l.indicator_code, l.rule) = (d.ma_chi_tieu, d.cach_tinh)
left join
    (select distinct province_code, nam from offered_goal) y
    on (y.province_code, y.nam) = (d.province_code, year(d.end_date))
order by all
