select distinct function_name
from duckdb_functions()
where function_type in ('scalar', 'aggregate', 'macro') and function_name similar to '[a-z][a-z0-9_]*'
order by function_name
