-- Fee requests with the dossier's procedure.
{{ config(meta={"carried": "MaHoSo"}) }}
select f.{{ all_but(["_business_day"]) }}, f._business_day as business_day, d.MaTTHC
from {{ ref("base_le_phi") }} f
left join {{ ref("base_ho_so") }} d on f.MaHoSo = d.MaHoSo and d.disposition = 'accepted'
