"""Opening a finished warehouse file so that a reader can neither change it nor be deceived by what lies beside it.

DuckDB lets every query write the file that it has open, and its log, whatever is forbidden otherwise; and it believes a
log (`.wal`) that somebody put beside a file. So readers open a private link or copy whose name is gone once it is open.
Does not belong here: what is asked of the file.
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
    """Open a read-only connection that can reach no file, not even its own, and whose settings cannot change.

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
    """Open the file under a name that only this process knows and that leads nowhere afterwards."""
    with tempfile.TemporaryDirectory(prefix=".reader-", dir=_place_beside(database)) as folder:
        own = Path(folder) / database.name
        try:
            os.link(database.resolve(), own)
        except OSError:  # another file system, or another owner's file
            shutil.copyfile(database, own)
        return duckdb.connect(str(own), read_only=True, config=config)


def _place_beside(database: Path) -> Path | None:
    """Return a writable folder of the same file system, so that a link will do; None for the system's own."""
    try:
        place = database.resolve(strict=True).parents[2]
    except (OSError, IndexError):
        return None
    return place if os.access(place, os.W_OK) else None
