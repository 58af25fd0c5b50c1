insert into ledger.weighed_dossier
select distinct MaHoSo
from read_parquet([{{ files }}], union_by_name = true)
where cast(_business_day as varchar) = any($days)
