-- Points as the marts have them. Opinions below the province are no rows at all: beside the exact points in time they
-- would tell how many complained.
with
    scored as (
        select d.*, c.indicator_code, i.origin, v.is_provisional
        from tthc.marts.decision_766_score d
        join period p using (period_code)
        join
            tthc.marts.dim_score_component c
            on d.component = c.component
            and p.end_date between c.valid_from and coalesce(c.valid_to, date '9999-12-31')
        left join indicator_class k on c.indicator_code = k.indicator_code and c.rule = k.rule
        left join tthc.marts.dim_indicator i on c.indicator_code = i.indicator_code and c.rule = i.rule
        left join
            tthc.marts.indicator_values v
            on (c.indicator_code, c.rule, d.period_code) = (v.indicator_code, v.rule, v.period_code)
            and (d.scope, d.unit_code, d.unit_level) = (v.scope, v.unit_code, v.unit_level)
        where d.scope = 'province' or not coalesce(k.is_province_only, false)
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
    case f.scope when 'unit' then 'don-vi' when 'level' then 'cap' else 'tinh' end as pham_vi,
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
