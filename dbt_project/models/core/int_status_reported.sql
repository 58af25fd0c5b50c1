-- Each report of the status of a dossier that may be open at some cut, and how new it is: from its states (superseded
-- ones too) and from its steps. A step with a status that an open dossier cannot have is ignored, since some systems
-- invent steps of status 9. Of several steps in one second, as reception and hand-over are written, the furthest one
-- counts.
select
    MaHoSo as dossier_code,
    TrangThaiHoSo as status,
    cast(coalesce(NgayCapNhat, _business_day) as date) as reported_date,
    newness
from {{ ref("base_ho_so") }}
semi join {{ ref("int_candidate_dossier") }} c on MaHoSo = c.dossier_code
where disposition <> 'rejected' and TrangThaiHoSo is not null
union all
select
    dossier_code,
    max(cast(status as integer)) as status,
    taken_date as reported_date,
    {{ newness("taken_at", "date '1970-01-01'") }} as newness
from {{ ref("stg_step") }} s
semi join {{ ref("int_candidate_dossier") }} c on s.dossier_code = c.dossier_code
where status in ('2', '4', '5', '6', '8')
group by dossier_code, taken_at, taken_date
