create table ledger.rejected_row as
select *
from whole.rejected_row
where dossier_code is null or dossier_code in (select MaHoSo from ledger.weighed_dossier)
