-- What is shown of each protected cell.
create or replace view shown_cell as
select c.measure, c.scope, c.unit_code, c.unit_level, c.period_code, f.value, f.reason
from cell c join figure f using (cell)
