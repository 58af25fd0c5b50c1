-- Columns of everything that is published, with their types, in their order.
select table_name, column_name, data_type
from duckdb_columns()
where schema_name in ('marts', 'cases', 'indicators') and not internal
order by schema_name, table_name, column_index
