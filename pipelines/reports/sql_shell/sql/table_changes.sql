create or replace table memory.main.table_changes (
    table_name varchar,
    row_count bigint,
    added bigint,
    removed bigint,
    changed bigint,
    columns varchar,
    only_in varchar
)
