-- Dossier rows of the lake, with the unit found by name where a row has no code of the handling unit.
{{ config(materialized="table" if target.type == "spark" else "view") }}
with
    name as (
        select distinct DonViXuLy as mark, {{ naming_day() }} as on_day
        from {{ source("lake", "ho_so") }}
        where MaDonViXuLy is null and DonViXuLy is not null
    ),
    named as ({{ named_units("name", ref("delivered_unit_name")) }})
select d.*, n.MaDonVi as unit_by_name
from {{ source("lake", "ho_so") }} d
-- The left side's own condition is in a `case`: in `on` it would make DuckDB compare all pairs
-- (tests/oracle/test_joins).
left join named n on case when d.MaDonViXuLy is null then d.DonViXuLy end = n.mark and {{ naming_day() }} = n.on_day
