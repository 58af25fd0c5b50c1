"""Parsing: turns one delivered file into accepted rows (lake) and rejected rows (quarantine); no row is dropped.

The order is `readers` (`delimited`, `sync_messages`, `grid`, `columnar`) → `validate` → `privacy` → `parse_file`, which
writes lake and quarantine, or `parse_group` for many small files; `update_lake` decides which files need it,
`lake_files` which lake files are damaged. Readers know formats and no types;
`contracts.column_types` knows types and no formats. Does not belong here: archiving files (`landing`), and errors that
only other rows or sources show (`transform`).
"""
