-- Ratings with the receiving unit of their dossier.
{{ config(meta={"carried": "MaHoSo"}) }}
select r.MaHoSo, r._business_day as business_day, d.MaDonVi as unit_code
from {{ ref("base_danh_gia") }} r
join {{ ref("base_ho_so") }} d on r.MaHoSo = d.MaHoSo and d.disposition = 'accepted'
where d.MaDonVi is not null
