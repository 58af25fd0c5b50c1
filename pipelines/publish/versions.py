"""Versions: a finished candidate is moved into place and `current` is switched to it in one step.

A version is complete or absent: everything is on disk before the folder gets its name, and the folder has
its name before `current` points at it. Readers keep whatever version they opened.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipelines.engine import connect
from pipelines.errors import TthcError
from pipelines.files import LEAVING, remove_tree, remove_whole, sha256_of, sync_file, sync_folder
from pipelines.landing.ledger import open_ledger
from pipelines.landing.runs import last_runs
from pipelines.publish.manifest import read_manifest, verifies, write_manifest
from pipelines.publish.open_data_state import is_held_back
from pipelines.publish.recheck import confirm
from pipelines.settings import Settings
from pipelines.transform.workspace import Plan, candidate_dir, candidate_file

READ_ONLY = 0o444
REFUSED_KEPT = 3


def seal(settings: Settings) -> str:
    """Closes the candidate for good: checkpoint, no log left beside it. Returns its SHA-256."""
    path = candidate_file(settings)
    with connect(settings, path) as connection:
        connection.execute("checkpoint")
    if path.with_name(path.name + ".wal").exists():
        raise TthcError("not_sealed")
    return sha256_of(path)


def current_version(settings: Settings) -> str | None:
    """The name of the published version, None where nothing has been published."""
    link = settings.current_link
    return link.readlink().name if link.is_symlink() else None


def switch(settings: Settings, version: str) -> None:
    """Points `current` at a version in one step. Raises TthcError where the version does not verify."""
    folder = settings.versions_dir / version
    if not verifies(folder):
        raise TthcError("version_damaged", version=version)
    waiting = settings.current_link.with_name(".current.part")
    waiting.unlink(missing_ok=True)
    waiting.symlink_to(Path("versions") / version)
    waiting.replace(settings.current_link)
    sync_folder(settings.warehouse_dir)


def publish(
    settings: Settings, plan: Plan, gate: dict, code: str, rows: dict, open_data: Mapping[str, Any] | None = None
) -> bool:
    """Makes the candidate the current version. True where that changed what is published. A version of that name stays
    as it is, unless it is damaged or had to do without its own open data, which the candidate has now.

    Raises CandidateRefused where the gate did not pass these very bytes.
    """
    confirm(settings, plan.version, gate)
    folder = settings.versions_dir / plan.version
    replaced = folder.with_name(f".{plan.version}{LEAVING}")
    lacks = verifies(folder) and _lacks_open_data(folder, open_data)
    if lacks or not verifies(folder):
        candidate = candidate_dir(settings)
        write_manifest(candidate, plan, gate, code, rows, open_data)
        for path in [p for p in candidate.rglob("*") if p.is_file()]:
            path.chmod(READ_ONLY)
            sync_file(path)
        for inner in [candidate, *(p for p in candidate.rglob("*") if p.is_dir())]:
            sync_folder(inner)
        settings.versions_dir.mkdir(parents=True, exist_ok=True)
        if folder.exists():
            remove_tree(replaced)
            folder.rename(replaced)
        candidate.rename(folder)
        sync_folder(settings.versions_dir)
        remove_tree(replaced)
    if current_version(settings) == plan.version:
        return lacks
    switch(settings, plan.version)
    return True


def _lacks_open_data(folder: Path, open_data: Mapping[str, Any] | None) -> bool:
    """True where the version's open data were held back and the candidate's (null: unknown) are not."""
    earlier = read_manifest(folder).get("open_data")
    return is_held_back(earlier) and open_data is not None and not is_held_back(open_data)


def keep_refused(settings: Settings, plan: Plan, gate: dict) -> Path:
    """Moves a refused candidate aside for inspection, the gate's verdict with it; the last one per version stays, and
    of all together the last REFUSED_KEPT."""
    folder = settings.refused_dir / plan.version
    remove_whole(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    candidate_dir(settings).rename(folder)
    (folder / "gate.json").write_text(json.dumps(gate, ensure_ascii=False, indent=1), encoding="utf-8")
    _prune(settings, settings.refused_dir, REFUSED_KEPT, spared=plan.version)
    return folder


def history(settings: Settings, folder: Path) -> list[str]:
    """The versions in a folder, the one that a run made or confirmed last at the end: by the ledger's numbers of runs,
    never by a clock. Those of which the ledger (lost, and made anew) knows nothing come first, by name."""
    with open_ledger(settings.ledger_file) as ledger:
        made = last_runs(ledger)
    names = (path.name for path in folder.glob("[!.]*") if path.is_dir())
    return sorted(names, key=lambda name: (made.get(name, 0), name))


def rollback(settings: Settings, version: str | None) -> str:
    """Points `current` at an earlier version, by default at the one before it. Returns its name.

    Raises TthcError where there is none, or where it does not verify.
    """
    if version is None:
        known, current = history(settings, settings.versions_dir), current_version(settings)
        earlier = known[: known.index(current)] if current in known else known
        if not earlier:
            raise TthcError("no_earlier_version", folder=settings.versions_dir)
        version = earlier[-1]
    switch(settings, version)
    return version


def prune(settings: Settings) -> list[str]:
    """Removes the oldest versions beyond those to keep, never the current one. Returns their names."""
    return _prune(settings, settings.versions_dir, settings.keep_versions, spared=current_version(settings))


def _prune(settings: Settings, folder: Path, keep: int, *, spared: str | None) -> list[str]:
    known = history(settings, folder)
    surplus = [name for name in known if name != spared][: max(0, len(known) - keep)]
    for name in surplus:
        remove_whole(folder / name)
    return surplus
