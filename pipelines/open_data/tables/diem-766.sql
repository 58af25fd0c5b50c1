-- Points as the marts have them, as far as they are public (sql/public_points).
with
    scored as (
        select d.*, i.origin, v.is_provisional
        from public_points d
        left join tthc.marts.dim_indicator i using (indicator_code, rule)
        left join tthc.marts.indicator_values v using (indicator_code, rule, period_code, scope, unit_code, unit_level)
    ),
    flagged as (
        select
            *,
            case
                when origin = 'procedures' and scope <> 'province'
                then 'z'
                when missing_source is not null
                then if(indicator_code is null, 'k', why_missing(missing_source))
                when denominator is null
                then 'k'
            end as why
        from scored
    )
select
    f.period_code as ky,
    published_scope(f.scope) as pham_vi,
    f.unit_code as ma_don_vi,
    u.unit_name as ten_don_vi,
    f.unit_level as cap,
    f.component as thanh_phan,
    f.numerator as tu_so,
    case when f.numerator is null then f.why when f.is_provisional then 'p' end as co_tu_so,
    f.denominator as mau_so,
    case when f.denominator is null then f.why end as co_mau_so,
    round(f.points, 2) as diem,
    case
        when f.points is null then coalesce(f.why, 'o') when f.is_provisional and f.points_source = 'own' then 'p'
    end as co,
    case f.points_source when 'own' then 'kho-du-lieu' when 'portal' then 'cong-quoc-gia' end as nguon
from flagged f
left join tthc.marts.dim_unit u on f.unit_code = u.unit_code
