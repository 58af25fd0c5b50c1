select schema_name, table_name, column_name, data_type, comment
from duckdb_columns()
where not internal and schema_name <> 'information_schema'
order by schema_name, table_name, column_index
