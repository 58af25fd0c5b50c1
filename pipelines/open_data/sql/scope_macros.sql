-- The code of the level that is the province itself.
create or replace macro root_level() as (select any_value(level_code) from tthc.marts.dim_level where is_root);
-- The published word for a scope of the marts.
create or replace macro published_scope(scope) as
    case scope when 'unit' then 'don-vi' when 'level' then 'cap' else 'tinh' end;
