-- The unit that each rejected row belongs to: the unit it names, else that of its dossier, else the one that the
-- dossier's code begins with.
{{ config(meta={"carried": "dossier_code"}) }}
with
    dossiers as (
        select MaHoSo as dossier_code, {{ handling_unit() }} as unit_code
        from {{ ref("base_ho_so") }}
        where disposition = 'accepted'
    )
select
    r.source,
    r._source_file,
    r._row_number,
    r._business_day,
    r.dossier_code,
    r.reason,
    r.is_by_models,
    coalesce(named.MaDonVi, d.unit_code, coded.MaDonVi) as unit_code
from {{ ref("int_rejected_row") }} r
left join {{ ref("known_unit") }} named on r.unit_code = named.MaDonVi
left join dossiers d on r.dossier_code = d.dossier_code
left join {{ ref("known_unit") }} coded on split_part(r.dossier_code, '-', 1) = coded.MaDonVi
