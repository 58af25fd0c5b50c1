-- Names of the statuses that steps put a dossier in.
select code, name_vi, name_en
from marts.code_lists
where (table_name, column_name) = ('procedure_bottlenecks', 'status')
