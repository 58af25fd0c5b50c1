"""Parsing: one delivered file becomes accepted rows and rejected rows; nothing is guessed, nothing dropped.

`readers` (`delimited`, `sync_messages`, `grid`, `columnar`) → `validate` → `parse_file`, which writes lake and
quarantine. Readers know a format and no type; `contracts.column_types` knows types and no format.
"""
