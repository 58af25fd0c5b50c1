create table lake.{{ source }} as
select *
from whole.{{ source }}
where MaHoSo in (select MaHoSo from ledger.weighed_dossier)
