-- Dossiers deleted at their source (DaXoa), as they stood at the delivery before the deletion. What came and was
-- deleted within one delivery is left out; a due date that passes after the deletion does not count.
{{ config(meta={"carried": "dossier_code"}) }}
with
    tombstone as (
        select MaHoSo, _business_day as removed_on
        from {{ ref("base_ho_so") }}
        where disposition = 'accepted' and DaXoa = 1
    ),
    day_before as (
        select removed_on, max(business_day) as known_on
        from (select distinct removed_on from tombstone)
        join {{ source("ledger", "delivery") }} on business_day < removed_on
        where source = 'ho_so' and status = 'accepted'
        group by removed_on
    ),
    last_state as (
        select
            t.removed_on,
            b.known_on,
            MaHoSo as dossier_code,
            {{ handling_unit() }} as unit_code,
            TrangThaiHoSo as status_code,
            cast(NgayHenTra as date) as due_date,
            cast(
                case when TrangThaiHoSo in (7, 9, 10) then coalesce(NgayKetThucXuLy, NgayTra) end as date
            ) as finished_date
        from {{ ref("base_ho_so") }} d
        join tombstone t using (MaHoSo)
        join day_before b on t.removed_on = b.removed_on
        where
            d._business_day < t.removed_on
            and coalesce(DaXoa, 0) = 0
            and disposition = 'superseded'
            and TrangThaiHoSo not in (1, 3)
        qualify row_number() over (partition by MaHoSo order by newness desc, _source_file, _row_number) = 1
    )
select
    dossier_code,
    removed_on,
    unit_code,
    finished_date is null and not coalesce(due_date < known_on, false) as is_open,
    coalesce(due_date < coalesce(finished_date, known_on), false)
    and not (status_code = 7 and finished_date is not null) as is_late
from last_state
