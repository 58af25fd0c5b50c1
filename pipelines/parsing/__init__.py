"""Parsing: one delivered file becomes accepted rows and rejected rows; nothing is guessed, nothing dropped.

`headers` → a reader (`delimited`, `messages`, `workbook`, `columnar`) → `typed` → `parse`, which writes lake and
quarantine. Readers know a format and no type; `typed` knows types and no format.
"""
