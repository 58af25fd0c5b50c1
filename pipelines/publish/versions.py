"""Versions: a finished candidate is moved into place and `current` is switched to it in one step.

A version is complete or absent: everything is on disk before the folder gets its name, and the folder has
its name before `current` points at it. Readers keep whatever version they opened.
"""

import json
from pathlib import Path

import duckdb

from pipelines.errors import CandidateRefused, TthcError
from pipelines.files import remove_tree, sha256_of, sync_file, sync_folder
from pipelines.publish.manifest import verifies, write_manifest
from pipelines.settings import Settings
from pipelines.transform.workspace import Plan, candidate_dir, candidate_file

READ_ONLY = 0o444


def seal(settings: Settings) -> str:
    """Closes the candidate for good: checkpoint, no log left beside it. Returns its SHA-256."""
    path = candidate_file(settings)
    with duckdb.connect(str(path), config=settings.duckdb_config()) as connection:
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


def publish(settings: Settings, plan: Plan, gate: dict, code: str, rows: dict) -> bool:
    """Makes the candidate the current version. True where that changed what is published.

    Raises CandidateRefused where the gate did not pass these very bytes.
    """
    if not gate["success"] or gate["candidate_sha256"] != sha256_of(candidate_file(settings)):
        raise CandidateRefused("gate_refused", version=plan.version)
    folder = settings.versions_dir / plan.version
    if folder.exists() and not verifies(folder):
        remove_tree(folder)
    if not folder.exists():
        candidate = candidate_dir(settings)
        write_manifest(candidate, plan, gate, code, rows)
        for path in [p for p in candidate.rglob("*") if p.is_file()]:
            path.chmod(READ_ONLY)
            sync_file(path)
        for inner in [candidate, *(p for p in candidate.rglob("*") if p.is_dir())]:
            sync_folder(inner)
        settings.versions_dir.mkdir(parents=True, exist_ok=True)
        candidate.rename(folder)
        sync_folder(settings.versions_dir)
    if current_version(settings) == plan.version:
        return False
    switch(settings, plan.version)
    return True


def keep_refused(settings: Settings, plan: Plan, gate: dict) -> Path:
    """Moves a refused candidate aside for inspection, the gate's verdict with it; the last one per version stays."""
    folder = settings.refused_dir / plan.version
    remove_tree(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    candidate_dir(settings).rename(folder)
    (folder / "gate.json").write_text(json.dumps(gate, ensure_ascii=False, indent=1), encoding="utf-8")
    return folder


def prune(settings: Settings) -> list[str]:
    """Removes the oldest versions beyond those to keep, never the current one. Returns their names."""
    current = current_version(settings)
    versions = sorted(settings.versions_dir.iterdir(), key=lambda p: (p / "manifest.json").stat().st_mtime_ns)
    removable = [path for path in versions if path.name != current]
    surplus = removable[: max(0, len(versions) - settings.keep_versions)]
    for path in surplus:
        remove_tree(path)
    return [path.name for path in surplus]
