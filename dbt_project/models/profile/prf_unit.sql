-- One row per source, day, measure and unit: x of n, n being the province's where a unit's part is meant, else the
-- unit's
-- own rows.
with
    dossiers as (
        select
            business_day,
            MaDonVi as unit_code,
            count(*) as row_count,
            count(*) filter (where TrangThaiHoSo in (9, 10)) as finished,
            count(*) filter (
                where
                    TrangThaiHoSo in (9, 10)
                    and cast(coalesce(NgayKetThucXuLy, NgayTra) as date) > cast(NgayHenTra as date)
            ) as late,
            count(*) filter (where prefix <> MaDonVi) as other_prefix
        from {{ ref("prf_dossier_seen") }}
        where coalesce(DaXoa, 0) = 0 and MaDonVi is not null
        group by business_day, MaDonVi
    ),
    ratings as (
        select business_day, unit_code, count(*) as row_count
        from {{ ref("prf_rating_row") }}
        group by business_day, unit_code
    )
select
    'ho_so' as source,
    business_day,
    'rows' as measure,
    unit_code,
    row_count as x,
    sum(row_count) over (partition by business_day) as n
from dossiers
union all
select 'ho_so', business_day, 'finished', unit_code, finished, sum(finished) over (partition by business_day)
from dossiers
union all
select 'ho_so', business_day, 'late', unit_code, late, finished
from dossiers
union all
select 'ho_so', business_day, 'other_prefix', unit_code, other_prefix, row_count
from dossiers
union all
select 'danh_gia', business_day, 'ratings', unit_code, row_count, sum(row_count) over (partition by business_day)
from ratings
