"""Open a finished warehouse file strictly read-only, and refuse one with a write-ahead log beside it.

Even in read-only mode a DuckDB query can write to the open file and its log by path, and DuckDB replays a log (`.wal`)
that lies beside a file. Readers therefore open a private link or copy whose name is removed once it is open. Does not
belong here: queries.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from pipelines.common.errors import TthcError
from pipelines.settings import DuckDBConfig


@contextmanager
def open_read_only(database: Path, config: DuckDBConfig) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a read-only connection without file access (not even to its own file) and with locked settings.

    Args:
        database: The warehouse file.
        config: DuckDB's configuration; its temporary directory is replaced by a private one.

    Raises:
        TthcError: If a log lies beside the file (`log_beside_version`).
        duckdb.Error: If the file is no database.
    """
    log = database.with_name(f"{database.name}.wal")
    if log.exists() or log.is_symlink():
        raise TthcError("log_beside_version", file=log)
    with tempfile.TemporaryDirectory(prefix="tthc-spill-") as spill:
        connection = _connect(database, {**config, "temp_directory": spill})
        with connection:
            connection.execute("set enable_external_access = false")
            connection.execute("set lock_configuration = true")
            yield connection


def _connect(database: Path, config: DuckDBConfig) -> duckdb.DuckDBPyConnection:
    """Open the file under a private name that is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix=".reader-", dir=_place_beside(database)) as folder:
        own = Path(folder) / database.name
        try:
            os.link(database.resolve(), own)
        except OSError:  # another file system, or another owner's file
            shutil.copyfile(database, own)
        return duckdb.connect(str(own), read_only=True, config=config)


def _place_beside(database: Path) -> Path | None:
    """Return a writable folder on the same file system, so that a hard link works; None for the system's default."""
    try:
        place = database.resolve(strict=True).parents[2]
    except (OSError, IndexError):
        return None
    return place if os.access(place, os.W_OK) else None
