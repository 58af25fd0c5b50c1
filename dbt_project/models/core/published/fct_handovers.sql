{{ config(meta={"carried": "dossier_code"}) }}
select a.dossier_code, a.unit_code, u.unit_level, a.cut_from, a.cut_to
from {{ ref("int_dossier_unit") }} a
join {{ ref("stg_unit") }} u using (unit_code)
semi join {{ ref("int_dossier") }} d using (dossier_code)
qualify count(*) over (partition by a.dossier_code) > 1
