"""Open published versions for queries: one as the default schema, or two side by side.

Does not belong here: how the files are protected (`publish.read_only`), what is asked of them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from pipelines.common.errors import TthcError
from pipelines.publish.read_only import open_read_only, open_side_by_side
from pipelines.publish.versions import current_version
from pipelines.settings import DATABASE_FILE, DuckDBConfig, Settings


@contextmanager
def read_only_connection(settings: Settings, version: str | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a version read-only, without file or network access, with `marts` as the default schema.

    Args:
        settings: The installation.
        version: Name of the version; None is the current one.

    Raises:
        TthcError: If there is no such version.
    """
    with open_read_only(version_database(settings, version), _limits(settings)) as connection:
        connection.execute("set schema = 'marts'")
        yield connection


@contextmanager
def two_versions(settings: Settings, before: str, after: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open two versions read-only in one connection, as the databases `before` and `after`.

    Raises:
        TthcError: If one does not exist.
    """
    databases = {"before": version_database(settings, before), "after": version_database(settings, after)}
    with open_side_by_side(databases, _limits(settings)) as connection:
        yield connection


def version_database(settings: Settings, version: str | None) -> Path:
    """Return the database file of a version; None is the current one.

    Raises:
        TthcError: If there is no such version.
    """
    name = version or current_version(settings)
    if name is None:
        raise TthcError("no_version", folder=settings.warehouse_dir)
    path = settings.versions_dir / name / DATABASE_FILE
    if version is not None and (Path(version).name != version or not path.is_file()):
        raise TthcError("no_such_version", version=version, folder=settings.versions_dir)
    return path


def _limits(settings: Settings) -> DuckDBConfig:
    return {"memory_limit": settings.duckdb_memory, "threads": str(settings.threads)}
