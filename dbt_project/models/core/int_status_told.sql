-- Every word on the status of a dossier and how new it is: its states, those superseded since too, and its steps. A
-- step that says what an open dossier cannot be is not believed: some systems invent steps of status 9. Of several
-- steps in one second, as reception and hand-over are written, the one that is furthest on counts.
select
    MaHoSo as dossier_code,
    TrangThaiHoSo as status,
    cast(coalesce(NgayCapNhat, _business_day) as date) as told_date,
    newness
from {{ ref("base_ho_so") }}
where disposition <> 'rejected' and TrangThaiHoSo is not null
union all
select
    dossier_code,
    max(cast(status as integer)) as status,
    taken_date as told_date,
    {{ newness("taken_at", "date '1970-01-01'") }} as newness
from {{ ref("stg_step") }}
where status in ('2', '4', '5', '6', '8')
group by dossier_code, taken_at, taken_date
