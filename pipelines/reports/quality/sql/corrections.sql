-- Known errors of sources, and whether they still occur.
select correction_code, source, field, reporter, reported_on, standing, rows_wrong
from known_corrections
order by correction_code
