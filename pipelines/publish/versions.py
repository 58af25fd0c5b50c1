"""Versions: a finished candidate is moved into place and `current` is switched to it in one step.

A version is complete or absent: everything is on disk before the folder gets its name, and the folder has its name
before `current` points at it. Readers keep whatever version they opened.
"""

import json
import stat
from pathlib import Path

from pipelines.common.duckdb import connect
from pipelines.common.errors import TthcError
from pipelines.common.files import LEAVING, remove_atomically, remove_tree, sha256_of, sync_file, sync_folder
from pipelines.open_data.vintage_store import EDITIONS
from pipelines.open_data.vintage_store import NAME as VINTAGE
from pipelines.publish.verify import verify_verdict
from pipelines.settings import Settings
from pipelines.storage.documents import Verdict
from pipelines.storage.ledger import open_ledger
from pipelines.storage.manifest import files_match_manifest, read_manifest, write_manifest
from pipelines.storage.open_data_state import OpenData, is_beside, is_held_back, open_data_of
from pipelines.storage.run_spec import RunSpec, candidate_dir, candidate_file
from pipelines.storage.runs import last_runs

READ_ONLY = 0o444
REFUSED_KEPT = 3
BESIDE_KEPT = 3


def close_candidate(settings: Settings) -> str:
    """Close the candidate for good: checkpoint, no log left beside it; return its SHA-256.

    Returns:
        Its SHA-256.
    """
    path = candidate_file(settings)
    with connect(settings, path) as connection:
        connection.execute("checkpoint")
    if path.with_name(path.name + ".wal").exists():
        raise TthcError("not_sealed")
    return sha256_of(path)


def current_version(settings: Settings) -> str | None:
    """Return the name of the published version, None if nothing has been published."""
    link = settings.current_link
    return link.readlink().name if link.is_symlink() else None


def switch_current(settings: Settings, version: str) -> None:
    """Switch `current` to a version in one step.

    Raises:
        TthcError: If the version does not verify.
    """
    folder = settings.versions_dir / version
    if not files_match_manifest(folder):
        raise TthcError("version_damaged", version=version)
    waiting = settings.current_link.with_name(".current.part")
    waiting.unlink(missing_ok=True)
    waiting.symlink_to(Path("versions") / version)
    waiting.replace(settings.current_link)
    sync_folder(settings.warehouse_dir)


def publish(
    settings: Settings, run_spec: RunSpec, gate: Verdict, code: str, rows: dict[str, dict[str, int]],
    open_data: OpenData | None = None,
) -> bool:  # fmt: skip
    """Make the candidate the current version and return True if that changed what is published.

    Where the plan says beside, it becomes a version that `current` does not name. A version of that name stays as it
    is, unless it is damaged, or lacks its own open data, which the candidate has now, or shows other editions than were
    published since.

    Args:
        settings: Where versions lie.
        plan: What the run computed.
        gate: The verdict on the candidate.
        code: The version of the code.
        rows: Counts per source.
        open_data: The state of its open data; null if unknown.

    Raises:
        CandidateRefused: If the gate did not pass these very bytes.
    """
    verify_verdict(settings, run_spec.version, gate)
    folder = settings.versions_dir / run_spec.version
    lacks = files_match_manifest(folder) and (
        _lacks_open_data(folder, open_data) or _shows_other_open_data(folder, candidate_dir(settings))
    )
    if lacks or not files_match_manifest(folder):
        candidate = candidate_dir(settings)
        write_manifest(candidate, run_spec, gate, code, rows, open_data)
        put_in_place(candidate, folder)
    if run_spec.is_beside:
        return False
    if current_version(settings) == run_spec.version:
        return lacks
    switch_current(settings, run_spec.version)
    return True


def _shows_other_open_data(folder: Path, candidate: Path) -> bool:
    """Return True if the candidate shows another edition, or other editions beside it, than the version of its name.

    That version was made before one was published or withdrawn.
    """
    shown = [(one / "open-data" / VINTAGE, one / "open-data" / EDITIONS / "index.json") for one in (candidate, folder)]
    candidate_s, folder_s = [[path.read_bytes() if path.is_file() else None for path in paths] for paths in shown]
    return candidate_s[0] is not None and candidate_s != folder_s


def put_in_place(candidate: Path, folder: Path) -> None:
    """Make a complete folder the version of that name, in place of one that had it.

    Its bytes are on disk before it has the name; what a crash leaves between the two renames `restore_replaced` puts
    back.
    """
    for path in [p for p in candidate.rglob("*") if p.is_file()]:
        if stat.S_IMODE(path.stat().st_mode) != READ_ONLY:  # else a second name of what is on disk already
            path.chmod(READ_ONLY)
            sync_file(path)
    for inner in [candidate, *(p for p in candidate.rglob("*") if p.is_dir())]:
        sync_folder(inner)
    folder.parent.mkdir(parents=True, exist_ok=True)
    replaced = folder.with_name(f".{folder.name}{LEAVING}")
    if folder.exists():
        remove_tree(replaced)
        folder.rename(replaced)
    candidate.rename(folder)
    sync_folder(folder.parent)
    remove_tree(replaced)


def restore_replaced(settings: Settings) -> None:
    """Restore the name of a version that a crash left without one while it was being replaced."""
    for aside in settings.versions_dir.glob(f".*{LEAVING}"):
        folder = aside.with_name(aside.name.removeprefix(".").removesuffix(LEAVING))
        if not folder.exists() and files_match_manifest(aside):
            aside.rename(folder)


def _lacks_open_data(folder: Path, open_data: OpenData | None) -> bool:
    """Return True if the version lacks open data of its own and the candidate has them.

    It lacks them if it was computed beside the published one, or if they were held back. `open_data` null: unknown.
    """
    earlier = read_manifest(folder).get("open_data")
    if is_beside(earlier):
        return open_data is not None and not is_beside(open_data)
    return is_held_back(earlier) and open_data is not None and not is_held_back(open_data)


def keep_refused(settings: Settings, run_spec: RunSpec, gate: Verdict) -> Path:
    """Move a refused candidate aside for inspection, together with the gate's verdict.

    The last one per version stays, and of all together the last REFUSED_KEPT.
    """
    folder = settings.refused_dir / run_spec.version
    remove_atomically(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    candidate_dir(settings).rename(folder)
    (folder / "gate.json").write_text(json.dumps(gate, ensure_ascii=False, indent=1), encoding="utf-8")
    _remove_oldest(settings.refused_dir, history(settings, settings.refused_dir), REFUSED_KEPT, spared=run_spec.version)
    return folder


def history(settings: Settings, folder: Path) -> list[str]:
    """Return the versions in a folder, the one that a run made or confirmed last at the end.

    The order is that of the ledger's numbers of runs, never of a clock. Those of which the ledger (lost, and made anew)
    knows nothing come first, by name.
    """
    with open_ledger(settings.ledger_file) as ledger:
        made = last_runs(ledger)
    names = (path.name for path in folder.glob("[!.]*") if path.is_dir())
    return sorted(names, key=lambda name: (made.get(name, 0), name))


def published_history(settings: Settings) -> list[str]:
    """Return the versions that were published, in the order of `history`: without those that were computed beside."""
    folder = settings.versions_dir
    return [name for name in history(settings, folder) if not is_beside(open_data_of(folder / name))]


def version_before(settings: Settings) -> str:
    """Return the version that was published before the current one.

    Raises:
        TthcError: If there is none.
    """
    known, current = published_history(settings), current_version(settings)
    earlier = known[: known.index(current)] if current in known else known
    if not earlier:
        raise TthcError("no_earlier_version", folder=settings.versions_dir)
    return earlier[-1]


def prune(settings: Settings) -> list[str]:
    """Remove the oldest versions beyond those to keep, never the current one, and return their names.

    Published ones and those computed beside are counted separately. Editions of the open data lie elsewhere and stay.
    """
    folder, spared = settings.versions_dir, current_version(settings)
    published = published_history(settings)
    beside = [name for name in history(settings, folder) if name not in published]
    return [
        *_remove_oldest(folder, published, settings.keep_versions, spared=spared),
        *_remove_oldest(folder, beside, BESIDE_KEPT, spared=spared),
    ]


def _remove_oldest(folder: Path, known: list[str], keep: int, *, spared: str | None) -> list[str]:
    surplus = [name for name in known if name != spared][: max(0, len(known) - keep)]
    for name in surplus:
        remove_atomically(folder / name)
    return surplus
