-- Every name that a delivered list of units ever gave a unit, hashed; earlier names remain valid.
{{ config(materialized="view") }}
select n.mark, n.is_bare, k.MaDonVi, k.HieuLucTu, k.HieuLucDen
from {{ ref("base_don_vi") }} u
join {{ source("ledger", "unit_name") }} n using (TenDonVi)
join {{ ref("known_unit") }} k on u.MaDonVi = k.MaDonVi
where u.disposition <> 'rejected'
group by all
