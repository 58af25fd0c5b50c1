"""General helpers: errors, files, checksums, YAML, SQL files, DuckDB connections, translated texts.

Does not belong here: anything about dossiers.
"""
