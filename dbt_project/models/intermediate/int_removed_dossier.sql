-- Dossiers that were deleted at their source (DaXoa), as they stood last before that, on the day whose delivery said
-- so.
with
    tombstone as (
        select MaHoSo, _business_day as removed_on
        from {{ ref("rows_ho_so") }}
        where disposition = 'accepted' and DaXoa = 1
    ),
    last_state as (
        select
            t.removed_on,
            {{ handling_unit() }} as unit_code,
            TrangThaiHoSo as status_code,
            cast(NgayHenTra as date) as due_date,
            cast(
                case when TrangThaiHoSo in (7, 9, 10) then coalesce(NgayKetThucXuLy, NgayTra) end as date
            ) as finished_date
        from {{ ref("rows_ho_so") }} d
        join tombstone t using (MaHoSo)
        where coalesce(DaXoa, 0) = 0 and disposition = 'superseded' and TrangThaiHoSo not in (1, 3)
        qualify row_number() over (partition by MaHoSo order by newness desc, _source_file, _row_number) = 1
    )
select
    removed_on,
    unit_code,
    finished_date is null and not coalesce(due_date < removed_on, false) as is_open,
    coalesce(due_date < coalesce(finished_date, removed_on), false)
    and not (status_code = 7 and finished_date is not null) as is_late
from last_state
