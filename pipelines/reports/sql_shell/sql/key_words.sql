select distinct keyword_name
from duckdb_keywords()
where
    keyword_category <> 'unreserved' or keyword_name in ('by', 'over', 'partition', 'range', 'rows', 'filter', 'within')
order by keyword_name
