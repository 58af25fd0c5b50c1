"""Helpers that know nothing of dossiers: errors, files, checksums, YAML, DuckDB connections, translated texts."""
