-- Public procedures with their field and the levels that handle them, the highest first.
create or replace table procedure as
select
    procedure_code, procedure_name, field_name, time_limit, time_limit_unit, service_level,
    effective_from, effective_to,
    coalesce(field_code, nullif(trim(regexp_replace(
        replace(strip_accents(lower(field_name)), 'đ', 'd'), '[^a-z0-9]+', '-', 'g'), '-'), '')) as field,
    list_filter(
        (select list(procedure_level order by level_rank) from tthc.marts.dim_level where procedure_level is not null),
        lambda x: list_contains(string_split(levels, ';'), x)) as levels,
    coalesce(list_contains(?, field_name), false) or list_contains(?, procedure_code)
        or list_bool_or(list_transform(?, lambda w: contains(lower(procedure_name), lower(w)))) as is_sensitive
from tthc.marts.dim_procedure
where not coalesce(is_internal, false)
