-- Reject impossible states of units, such as a unit below itself.
insert into {{ rejections }}
select r._file, r._row, m.reason
from {{ rows }} r
join ({{ misplaced }}) m on r.MaDonVi = m.MaDonVi and r._newness = m.newness
anti join {{ rejections }} l on r._file = l._file and r._row = l._row
