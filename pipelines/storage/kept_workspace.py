"""The workspace of the published version, kept so that the next run can carry over what nothing new touches.

It saves time and nothing else: lost or out of date, the next run computes everything. Belongs here: keeping it, and
what it was made from. Does not belong here: whether a run may carry over from it (`transform.carry`).
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from pipelines.common.duckdb import connect
from pipelines.common.files import atomic_write, looks_of_file, remove_tree, sha256_of
from pipelines.common.sql import quote_identifier, quote_text
from pipelines.settings import DATABASE_FILE, Settings
from pipelines.storage.manifest import read_manifest
from pipelines.storage.run_spec import RunSpec, workspace_file

DOCUMENT = "made-from.json"


@dataclass(frozen=True)
class KeptWorkspace:
    """What a kept workspace was made from.

    Attributes:
        version: The version that was published from it.
        as_of: The day it was computed for (ISO date).
        province: Code of the province.
        code: The version of code, contracts and registers (`specify_run.code_version`).
        made_by: The version of the parser.
        deliveries: Label and SHA-256 of each delivery that counted.
        sha256: Hash of the file.
        looks: What tells that it was touched (`looks_of_file`); a file that was is hashed before it is used.
    """

    version: str
    as_of: str
    province: str
    code: str
    made_by: str
    deliveries: list[list[str]]
    sha256: str
    looks: list[int]


def kept_dir(settings: Settings) -> Path:
    """Return the folder of the kept workspace."""
    return settings.work_dir / "kept"


def kept_database(settings: Settings) -> Path:
    """Return the path of the kept workspace."""
    return kept_dir(settings) / "workspace.duckdb"


def kept_tables(settings: Settings, kept: KeptWorkspace) -> Path:
    """Return the path of the published tables that belong to the kept workspace."""
    return settings.versions_dir / kept.version / DATABASE_FILE


def keep_workspace(
    settings: Settings, run_spec: RunSpec, code: str, made_by: str, deliveries: list[list[str]],
    tables: Sequence[str] | None = None,
) -> None:  # fmt: skip
    """Keep the workspace of the run that has just published its version, in place of the one before.

    Args:
        settings: The installation.
        run_spec: What the run computed.
        code: The version of code, contracts and registers.
        made_by: The version of the parser.
        deliveries: Label and SHA-256 of each delivery that counted.
        tables: The tables that another run needs, which are copied into a file of their own; None keeps the file as it
            is. Where everything was computed, the rest is nine tenths of the file, and space once taken is not given
            back.
    """
    remove_tree(kept_dir(settings))
    kept_dir(settings).mkdir()
    if tables is None:
        with connect(settings, workspace_file(settings)) as connection:
            connection.execute("checkpoint")  # what dbt's process left in a log beside the file would stay behind
        workspace_file(settings).replace(kept_database(settings))
    else:
        _copy_tables(settings, tables)
        workspace_file(settings).unlink()
    kept = KeptWorkspace(
        run_spec.version, run_spec.as_of, run_spec.province, code, made_by, deliveries,
        sha256_of(kept_database(settings)), looks_of_file(kept_database(settings)),
    )  # fmt: skip
    # Written last: without it there is nothing to carry over from.
    with atomic_write(kept_dir(settings) / DOCUMENT) as temporary:
        temporary.write_text(json.dumps(asdict(kept)), encoding="utf-8")


def _copy_tables(settings: Settings, tables: Sequence[str]) -> None:
    """Copy tables of the workspace into the file that is kept."""
    with connect(settings, kept_database(settings)) as connection:
        connection.execute("set preserve_insertion_order = false")
        connection.execute(f"attach {quote_text(str(workspace_file(settings)))} as made (read_only)")
        for table in tables:
            schema, name = table.split(".")
            connection.execute(f"create schema if not exists {quote_identifier(schema)}")
            place = f"{quote_identifier(schema)}.{quote_identifier(name)}"
            connection.execute(f"create table {place} as from made.{place}")


def kept_workspace(settings: Settings) -> KeptWorkspace | None:
    """Return what the kept workspace was made from.

    None if there is none, or if it or the published tables that belong to it were altered: what is carried over would
    stay wrong in every later version. A block that the disk damaged fails when DuckDB reads it.
    """
    try:
        kept = KeptWorkspace(**json.loads((kept_dir(settings) / DOCUMENT).read_text(encoding="utf-8")))
        database, tables = kept_database(settings), kept_tables(settings, kept)
        untouched = looks_of_file(database) == kept.looks or sha256_of(database) == kept.sha256
        published = read_manifest(tables.parent)["files"][DATABASE_FILE]
        return kept if untouched and sha256_of(tables) == published else None
    except (OSError, ValueError, TypeError, KeyError):
        return None
