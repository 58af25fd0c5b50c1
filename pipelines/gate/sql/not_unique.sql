-- One row for each row of a table whose values in these columns, none of them empty, another row has too.
select unnest(range(row_count))
from (select count(*) as row_count from {{ table }} where {{ filled }} group by {{ columns }} having count(*) > 1)
