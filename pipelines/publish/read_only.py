"""Open a finished warehouse file strictly read-only, and refuse one with a write-ahead log beside it.

Even in read-only mode a DuckDB query can write to the open file and its log by path, and DuckDB replays a log (`.wal`)
that lies beside a file. Readers therefore open a private link or copy whose name is removed once it is open. Does not
belong here: queries.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import duckdb

from pipelines.common.errors import TthcError
from pipelines.common.sql import quote_identifier, quote_text
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
    _refuse_log(database)
    with tempfile.TemporaryDirectory(prefix="tthc-spill-") as spill:
        with _private_name(database) as own:
            connection = duckdb.connect(str(own), read_only=True, config={**config, "temp_directory": spill})
        with _locked(connection):
            yield connection


@contextmanager
def open_side_by_side(databases: Mapping[str, Path], config: DuckDBConfig) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open several warehouse files read-only in one connection, protected as by `open_read_only`.

    Args:
        databases: The files, by the name that each has in queries.
        config: DuckDB's configuration; its temporary directory is replaced by a private one.

    Raises:
        TthcError: If a log lies beside a file (`log_beside_version`).
        duckdb.Error: If a file is no database.
    """
    with ExitStack() as stack:
        spill = stack.enter_context(tempfile.TemporaryDirectory(prefix="tthc-spill-"))
        connection = duckdb.connect(config={**config, "temp_directory": spill})
        stack.callback(connection.close)
        for name, database in databases.items():
            _refuse_log(database)
            with _private_name(database) as own:
                connection.execute(f"attach {quote_text(str(own))} as {quote_identifier(name)} (read_only)")
        yield stack.enter_context(_locked(connection))


def _refuse_log(database: Path) -> None:
    log = database.with_name(f"{database.name}.wal")
    if log.exists() or log.is_symlink():
        raise TthcError("log_beside_version", file=log)


@contextmanager
def _locked(connection: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """Take file access and settings away from an open connection, and close it in the end."""
    with connection:
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        yield connection


@contextmanager
def _private_name(database: Path) -> Iterator[Path]:
    """Yield a name of the file that nobody else knows; it is removed afterwards, the open file stays readable."""
    with tempfile.TemporaryDirectory(prefix=".reader-", dir=_place_beside(database)) as folder:
        own = Path(folder) / database.name
        try:
            os.link(database.resolve(), own)
        except OSError:  # another file system, or another owner's file
            shutil.copyfile(database, own)
        yield own


def _place_beside(database: Path) -> Path | None:
    """Return a writable folder on the same file system, so that a hard link works; None for the system's default."""
    try:
        place = database.resolve(strict=True).parents[2]
    except (OSError, IndexError):
        return None
    return place if os.access(place, os.W_OK) else None
