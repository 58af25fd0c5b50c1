-- All states of units: those of the files under check, and the published ones, which count as older than any file.
create table listed_unit as
select MaDonVi, Cap, MaDonViCha, _newness as newness, reason
from {{ rows }}
left join {{ rejections }} using (_file, _row)
{{ published }}
