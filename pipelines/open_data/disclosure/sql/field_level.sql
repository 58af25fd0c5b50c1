-- Fields with at least one procedure that is offered at the level and not sensitive.
create or replace table field_level as
select distinct field, if(level = 'tinh', 'so', level) as unit_level
from (select field, unnest(levels) as level from procedure where field is not null and not is_sensitive)
