-- One row per column of a published table, in order.
select table_name, column_name, data_type, comment
from duckdb_columns()
where database_name = current_database() and schema_name = 'marts'
order by table_name, column_index
