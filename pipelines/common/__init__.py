"""Helpers that know nothing of dossiers: errors, files, checksums, YAML, SQL files, DuckDB connections, translated texts."""
