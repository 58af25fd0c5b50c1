-- Sums of the points that table diem-766 has: without opinions below the province.
with
    summed as (
        select
            period_code,
            scope,
            unit_code,
            unit_level,
            cast(sum(cast(points as decimal(18, 9))) as double) as points,
            cast(sum(cast(max_points as decimal(18, 9))) as double) as max_points
        from public_points
        where points is not null
        group by all
    ),
    shared as (select *, round(points / max_points, 9) as share from summed)
select
    s.period_code as ky,
    published_scope(s.scope) as pham_vi,
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
