-- Every name that the list ever gave a unit, by its marks: earlier names still stand for it.
{{ config(materialized="view") }}
select n.mark, n.is_bare, k.MaDonVi, k.HieuLucTu, k.HieuLucDen
from {{ ref("base_don_vi") }} u
join {{ source("ledger", "unit_name") }} n using (TenDonVi)
join {{ ref("known_unit") }} k on u.MaDonVi = k.MaDonVi
where u.disposition <> 'rejected'
group by all
