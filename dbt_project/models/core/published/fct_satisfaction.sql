{{ config(meta={"carried": "dossier_code"}) }}
select
    r.dossier_code,
    d.unit_code,
    d.unit_level,
    d.receiving_unit_code,
    r.rated_at,
    cast(r.rated_at as date) as rated_date,
    r.rating,
    r.rating in ('RẤT HÀI LÒNG', 'HÀI LÒNG') as is_satisfied,
    cast(lead(r.rated_at) over (partition by r.dossier_code order by r.rated_at) as date) as superseded_on
from {{ ref("stg_rating") }} r
join {{ ref("int_dossier") }} d using (dossier_code)
