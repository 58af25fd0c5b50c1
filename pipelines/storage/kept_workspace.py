"""The workspace of the published version, kept so that the next run can carry over what nothing new touches.

It saves time and nothing else: lost or out of date, the next run computes everything. Belongs here: keeping it, and
what it was made from. Does not belong here: whether a run may carry over from it (`transform.carry`).
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from pipelines.common.files import atomic_write, remove_tree
from pipelines.settings import DATABASE_FILE, Settings
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
        size: Bytes of the file.
        changed_ns: When the file was last changed, so that one that was touched since is not used.
    """

    version: str
    as_of: str
    province: str
    code: str
    made_by: str
    deliveries: list[list[str]]
    size: int
    changed_ns: int


def kept_dir(settings: Settings) -> Path:
    """Return the folder of the kept workspace."""
    return settings.work_dir / "kept"


def kept_database(settings: Settings) -> Path:
    """Return the path of the kept workspace."""
    return kept_dir(settings) / "workspace.duckdb"


def kept_tables(settings: Settings, kept: KeptWorkspace) -> Path:
    """Return the path of the published tables that belong to the kept workspace."""
    return settings.versions_dir / kept.version / DATABASE_FILE


def keep_workspace(settings: Settings, run_spec: RunSpec, code: str, made_by: str, deliveries: list[list[str]]) -> None:
    """Keep the workspace of the run that has just published its version, in place of the one before."""
    remove_tree(kept_dir(settings))
    kept_dir(settings).mkdir()
    workspace_file(settings).replace(kept_database(settings))
    found = kept_database(settings).stat()
    kept = KeptWorkspace(
        run_spec.version, run_spec.as_of, run_spec.province, code, made_by, deliveries, found.st_size, found.st_mtime_ns
    )
    # Written last: without it there is nothing to carry over from.
    with atomic_write(kept_dir(settings) / DOCUMENT) as temporary:
        temporary.write_text(json.dumps(asdict(kept)), encoding="utf-8")


def kept_workspace(settings: Settings) -> KeptWorkspace | None:
    """Return what the kept workspace was made from; None if there is none, or its file was touched since."""
    try:
        kept = KeptWorkspace(**json.loads((kept_dir(settings) / DOCUMENT).read_text(encoding="utf-8")))
        found = kept_database(settings).stat()
    except (OSError, ValueError, TypeError):
        return None
    return kept if (found.st_size, found.st_mtime_ns) == (kept.size, kept.changed_ns) else None
