"""The first published value of each figure of a closed period, so that the gate notices drift in many small steps.

Kept outside the versions, since nothing of a published version enters a candidate: one Parquet file per version that
published new figures, never changed. A figure appears once; again only if an approved override allowed a change, and
then later values are compared with the approved one. Belongs here: writing these files. Does not belong here: the
comparison (`expectations/holds.sql`).
"""

import logging
from pathlib import Path

import duckdb

from pipelines.common.files import atomic_write
from pipelines.common.i18n import say
from pipelines.common.sql import read_sql
from pipelines.publish.versions import current_version
from pipelines.settings import DATABASE_FILE, Settings
from pipelines.storage.access import GROUP_FILE, GROUP_FOLDER, make_folder, mode_for
from pipelines.storage.manifest import read_manifest

log = logging.getLogger("tthc.publish")
FIGURE = ("indicator_code", "rule", "period_code", "scope", "unit_code", "unit_level")
APPROVED_OF = ("drift", "creep")


def ledger_files(settings: Settings) -> tuple[Path, ...]:
    """Return the files of first values, in the order in which they were written."""
    return tuple(sorted(settings.first_published_dir.glob("[0-9]*.parquet")))


def record_first_published(settings: Settings) -> int:
    """Record the values that the published version shows first, or anew under an approval, and return how many.

    A second call for the same version adds nothing. Files that cannot be read are logged, and the run continues.
    """
    version, files = current_version(settings), ledger_files(settings)
    if version is None or any(path.stem.partition("-")[2] == version for path in files):
        return 0
    try:
        return _record(settings, version, files)
    except (duckdb.Error, OSError, ValueError, KeyError) as error:
        log.warning(say("first_published_unread", folder=settings.first_published_dir, kind=type(error).__name__))
        return 0


def _record(settings: Settings, version: str, files: tuple[Path, ...]) -> int:
    folder = settings.versions_dir / version
    held = read_manifest(folder)["gate"].get("held", [])
    approved = [item for item in held if item["hold"] in APPROVED_OF and item["override_code"] is not None]
    number = int(files[-1].stem.partition("-")[0]) + 1 if files else 1
    subject = ("indicator_code", "rule", "period_code", "scope", "unit_level", "override_code")
    with duckdb.connect(str(folder / DATABASE_FILE), read_only=True, config=settings.duckdb_config()) as connection:
        for table, columns in (("known", FIGURE), ("approval", subject)):
            connection.execute(f"create temp table {table} ({', '.join(f'{name} varchar' for name in columns)})")
        if files:
            listed = [str(path) for path in files]
            connection.execute(f"insert into known select {', '.join(FIGURE)} from read_parquet(?)", [listed])  # noqa: S608
        for item in approved:
            connection.execute("insert into approval values (?, ?, ?, ?, ?, ?)", [item[name] for name in subject])
        same = " and ".join(f"k.{name} is not distinct from p.{name}" for name in FIGURE)
        query = read_sql(__package__, "sql/new_first_values", same=same)
        found = connection.execute(query, {"version": version, "number": number}).to_arrow_table()
    if found.num_rows:
        from pyarrow import parquet

        place = make_folder(settings.first_published_dir, GROUP_FOLDER, settings.readers)
        mode = mode_for(GROUP_FILE, settings.readers)
        with atomic_write(place / f"{number:06}-{version}.parquet", mode) as temporary:
            parquet.write_table(found, temporary)
    return int(found.num_rows)
