"""Opening a DuckDB database of ours within the limits that the settings give: memory, threads, room to spill.

Belongs here: connections of the nightly job. Does not belong here: readers of a finished version (`publish.reading`).
"""

from pathlib import Path

import duckdb

from pipelines.settings import Settings


def connect(settings: Settings, database: Path, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """Return a connection to a database file; no extension is ever loaded. Raises duckdb.Error where it is none."""
    connection = duckdb.connect(str(database), read_only=read_only, config=settings.duckdb_config())
    # DuckDB (1.5) heeds this one only when it is set after opening.
    connection.execute(f"set max_temp_directory_size = '{settings.duckdb_temp_limit}'")
    return connection
