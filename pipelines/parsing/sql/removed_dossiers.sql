-- Dossiers of the earlier bytes that the later bytes no longer have, per unit: late, on time, open.
-- As everywhere, statuses 1 and 3 (draft, refused) count nowhere, only 7, 9 and 10 are finished, a withdrawn dossier
-- (7) is never late, and an open one is late once its due day is over.
with
    -- The newest row of each dossier.
    earlier as (
        select
            MaHoSo,
            coalesce(MaDonViXuLy, MaDonVi) as unit,
            TrangThaiHoSo as status,
            cast(NgayHenTra as date) as due,
            _business_day as day,
            case when TrangThaiHoSo in (7, 9, 10) then cast(coalesce(NgayKetThucXuLy, NgayTra) as date) end as finished
        from read_parquet($before)
        where _source_file = $delivery and coalesce(DaXoa, 0) <> 1
        qualify row_number() over (partition by MaHoSo order by NgayCapNhat desc nulls last, _row_number desc) = 1
    ),
    removed as (
        select
            unit,
            finished is null and not coalesce(due < day, false) as is_open,
            coalesce(due < coalesce(finished, day), false) and not (status = 7 and finished is not null) as is_late
        from earlier
        where status not in (1, 3) and MaHoSo not in ({{ remaining }})
    )
select
    unit,
    count(*) filter (where is_late)::bigint,
    count(*) filter (where not is_late and not is_open)::bigint,
    count(*) filter (where is_open)::bigint
from removed
group by unit
order by unit
