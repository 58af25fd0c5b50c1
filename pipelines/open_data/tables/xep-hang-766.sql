-- Sums of the points that table diem-766 has: without opinions below the province.
with
    public as (
        select d.*
        from tthc.marts.decision_766_score d
        join period p using (period_code)
        join
            tthc.marts.dim_score_component c
            on d.component = c.component
            and p.end_date between c.valid_from and coalesce(c.valid_to, date '9999-12-31')
        left join indicator_class k on c.indicator_code = k.indicator_code and c.rule = k.rule
        where d.points is not null and (d.scope = 'province' or not coalesce(k.is_province_only, false))
    ),
    summed as (
        select
            period_code,
            scope,
            unit_code,
            unit_level,
            sum(points order by component) as points,
            sum(max_points order by component) as max_points
        from public
        group by all
    ),
    shared as (select *, round(points / max_points, 9) as share from summed)
select
    s.period_code as ky,
    case s.scope when 'unit' then 'don-vi' when 'level' then 'cap' else 'tinh' end as pham_vi,
    s.unit_code as ma_don_vi,
    u.unit_name as ten_don_vi,
    s.unit_level as cap,
    round(s.points, 2) as diem,
    s.max_points as diem_toi_da,
    round(100 * s.share, 2) as ty_le,
    if(s.scope = 'unit', rank() over (level order by s.share desc), null) as hang,
    if(s.scope = 'unit', count(*) over (level), null) as so_don_vi
from shared s
left join tthc.marts.dim_unit u on s.unit_code = u.unit_code
window level as (partition by s.period_code, s.scope, s.unit_level)
