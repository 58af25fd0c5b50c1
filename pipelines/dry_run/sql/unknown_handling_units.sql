-- Accepted dossiers whose handling unit is in no list: how many per file, and the first row numbers.
select _file, count(*), min(_row, {{ first_rows }})
from {{ rows }}
anti join {{ rejections }} using (_file, _row)
where MaDonViXuLy is null and DonViXuLy is not null and unit_by_name is null
group by _file
order by _file
