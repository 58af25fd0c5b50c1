"""Open DuckDB databases within the limits of the settings: memory, threads, space for temporary files.

Belongs here: connections of the nightly job. Does not belong here: readers of a finished version
(`publish.read_only`).
"""

from pathlib import Path

import duckdb

from pipelines.settings import Settings


def connect_in_memory(settings: Settings) -> duckdb.DuckDBPyConnection:
    """Open a database in memory within the limits of the settings, which writes no temporary files."""
    return duckdb.connect(config={**settings.duckdb_config(), "temp_directory": ""})


def connect(settings: Settings, database: Path, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """Open a database file within the limits of the settings; no extension is ever loaded.

    Args:
        settings: Memory limit, threads and the folder for temporary files.
        database: The database file.
        read_only: True if nothing may be written.

    Raises:
        duckdb.Error: If the file is not a DuckDB database.
    """
    connection = duckdb.connect(str(database), read_only=read_only, config=settings.duckdb_config())
    # DuckDB 1.5 applies this setting only after opening.
    connection.execute(f"set max_temp_directory_size = '{settings.duckdb_temp_limit}'")
    return connection
