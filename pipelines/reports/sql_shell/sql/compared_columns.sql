select database_name, table_name, column_name, data_type
from duckdb_columns()
where database_name in ('before', 'after') and schema_name = 'marts'
order by database_name, table_name, column_index
