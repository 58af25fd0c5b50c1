select schema_name, table_name, estimated_size, comment
from
    (
        select schema_name, table_name, estimated_size, comment
        from duckdb_tables()
        where not internal
        union all
        select schema_name, view_name, null, comment
        from duckdb_views()
        where not internal
    )
order by schema_name <> 'marts', schema_name, table_name
