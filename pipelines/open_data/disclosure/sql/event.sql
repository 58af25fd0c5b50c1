-- Receptions and resolutions of dossiers, one row per event.
create or replace temp table event as
select procedure_code, unit_level, received_date as day, key, 'received' as whole, is_online as counts
from tthc.marts.fct_online_share join case_key on case_code = dossier_code
union all
select procedure_code, unit_level, finished_date, key, 'resolved', outcome <> 'overdue'
from tthc.marts.fct_timeliness join case_key on case_code = dossier_code
where finished_date is not null
