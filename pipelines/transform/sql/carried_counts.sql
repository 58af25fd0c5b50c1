-- Sources whose rows belong to no dossier are weighed whole in each run.
insert into ledger.carried_count
select source, _source_file, disposition, reason, row_count
from carried_workspace.core.int_row_count
where source = any($sources)
