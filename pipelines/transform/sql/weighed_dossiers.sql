-- Beside the dossiers of measured days: those that a rejected row of these days names, and those that were open on
-- the day
-- of what is carried, whose figures change as time passes. Then each once.
create or replace table ledger.weighed_dossier as
select MaHoSo
from ledger.weighed_dossier
union
select dossier_code
from whole.rejected_row
where dossier_code is not null and cast(_business_day as varchar) = any($days)
union
select dossier_code
from carried_tables.marts.fct_timeliness
where finished_date is null or finished_date > cast($as_of as date)
