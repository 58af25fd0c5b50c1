-- Fields with at least one procedure that offices of the level handle and that is not sensitive.
create or replace table field_level as
select distinct field, level_code as unit_level
from (select field, unnest(levels) as procedure_level from procedure where field is not null and not is_sensitive)
join tthc.marts.dim_level using (procedure_level)
