-- A province whose published list of units holds another one that is added too: its dossiers would count twice.
select u.province_code, u.ma_don_vi
from offered_unit u
join (select distinct province_code from offered_unit) o on o.province_code = u.ma_don_vi
where u.province_code <> u.ma_don_vi
order by all
limit 1
