"""Published versions: a finished candidate is moved into place, and `current` is switched to it in one step.

Belongs here: moving, switching, history and pruning of versions. A version is complete or absent: all bytes are on disk
before the folder gets its name, and the folder has its name before `current` points to it. Readers keep the version
that they opened. Does not belong here: whether a candidate may be published (`gate`, `verify`).
"""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pipelines.common.duckdb import connect
from pipelines.common.errors import TthcError
from pipelines.common.files import (
    LEAVING,
    private_folder,
    remove_atomically,
    remove_tree,
    sha256_of,
    switch_link,
    sync_folder,
)
from pipelines.open_data.vintage_store import EDITIONS, INDEX, VINTAGE_FILE
from pipelines.publish.verify import verify_verdict
from pipelines.settings import OPEN_DATA_FOLDER, VERDICT_FILE, Readers, Settings
from pipelines.storage.access import PASSED_FOLDER, finish_version_file, make_folder, open_version
from pipelines.storage.documents import OpenData, Verdict
from pipelines.storage.ledger import open_ledger
from pipelines.storage.manifest import files_match_manifest, read_manifest, write_manifest
from pipelines.storage.open_data_state import is_beside, is_held_back, open_data_of
from pipelines.storage.run_spec import RunSpec, candidate_dir, candidate_file
from pipelines.storage.runs import last_runs

SYNCED_AT_ONCE = 8
REFUSED_KEPT = 3
BESIDE_KEPT = 3


def close_candidate(settings: Settings) -> str:
    """Checkpoint the candidate's database, so that no log is left, and return its SHA-256.

    Raises:
        TthcError: If a log is left nevertheless.
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
    switch_link(settings.current_link, Path(settings.versions_dir.name) / version)


def publish(
    settings: Settings, run_spec: RunSpec, gate: Verdict, code: str, rows: dict[str, dict[str, int]],
    open_data: OpenData | None = None,
) -> bool:  # fmt: skip
    """Make the candidate the current version, and return True if that changed what is published.

    A version computed beside the published one is moved into place, but `current` is not switched. An existing version
    of the same name is kept unless it is damaged, lacks open data that the candidate has, or shows other editions than
    have been published since.

    Args:
        settings: The installation.
        run_spec: What the run computed.
        gate: The verdict on the candidate.
        code: The fingerprint of the code.
        rows: Counts of rows per source (`conservation`).
        open_data: The state of its open data; None if unknown.

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
        put_in_place(candidate, folder, settings.readers)
    if run_spec.is_beside:
        return False
    if current_version(settings) == run_spec.version:
        return lacks
    switch_current(settings, run_spec.version)
    return True


def _shows_other_open_data(folder: Path, candidate: Path) -> bool:
    """Return True if candidate and existing version differ in vintage or in the list of editions.

    They differ if an edition was published or withdrawn since the version was made.
    """

    def shown(version: Path) -> list[bytes | None]:
        open_data = version / OPEN_DATA_FOLDER
        files = (open_data / VINTAGE_FILE, open_data / EDITIONS / INDEX)
        return [path.read_bytes() if path.is_file() else None for path in files]

    new = shown(candidate)
    return new[0] is not None and new != shown(folder)


def put_in_place(candidate: Path, folder: Path, readers: Readers) -> None:
    """Rename a complete folder to its final name, replacing a folder of that name.

    Its bytes are on disk before it gets the name; `restore_replaced` repairs a crash between the two renames.

    Args:
        candidate: The complete folder.
        folder: The final path, on the same file system.
        readers: Who may read it.
    """
    # In threads, for a thousand pages wait for the disk together and not one after the other.
    with ThreadPoolExecutor(SYNCED_AT_ONCE) as pool:
        files = [path for path in candidate.rglob("*") if path.is_file()]
        list(pool.map(lambda path: finish_version_file(candidate, path, readers), files))
    open_version(candidate, readers)
    for inner in [candidate, *(p for p in candidate.rglob("*") if p.is_dir())]:
        sync_folder(inner)
    make_folder(folder.parent, PASSED_FOLDER, readers)
    replaced = folder.with_name(f".{folder.name}{LEAVING}")
    if folder.exists():
        remove_tree(replaced)
        folder.rename(replaced)
    candidate.rename(folder)
    sync_folder(folder.parent)
    remove_tree(replaced)


def restore_replaced(settings: Settings) -> None:
    """Restore a version that lost its name when a crash interrupted its replacement."""
    for aside in settings.versions_dir.glob(f".*{LEAVING}"):
        folder = aside.with_name(aside.name.removeprefix(".").removesuffix(LEAVING))
        if not folder.exists() and files_match_manifest(aside):
            aside.rename(folder)


def _lacks_open_data(folder: Path, open_data: OpenData | None) -> bool:
    """Return True if the version has no open data of its own and the candidate has.

    A version has none if it was computed beside the published one, or if they were held back. `open_data` is the
    candidate's state, None if unknown.
    """
    earlier = read_manifest(folder).get("open_data")
    if is_beside(earlier):
        return open_data is not None and not is_beside(open_data)
    return is_held_back(earlier) and open_data is not None and not is_held_back(open_data)


def keep_refused(settings: Settings, run_spec: RunSpec, gate: Verdict) -> Path:
    """Move a refused candidate and its verdict to `refused/` for inspection, and return the folder.

    Per version only the last one is kept, and REFUSED_KEPT in total.
    """
    folder = settings.refused_dir / run_spec.version
    remove_atomically(folder)
    private_folder(folder.parent)
    candidate_dir(settings).rename(folder)
    (folder / VERDICT_FILE).write_text(json.dumps(gate, ensure_ascii=False, indent=1), encoding="utf-8")
    _remove_oldest(settings.refused_dir, history(settings, settings.refused_dir), REFUSED_KEPT, spared=run_spec.version)
    return folder


def history(settings: Settings, folder: Path) -> list[str]:
    """Return the versions in a folder, the one that was made or confirmed last at the end.

    The order is that of run numbers in the ledger, never of a clock. Versions unknown to a rebuilt ledger come first,
    by name.
    """
    with open_ledger(settings.ledger_file) as ledger:
        made = last_runs(ledger)
    names = (path.name for path in folder.glob("[!.]*") if path.is_dir())
    return sorted(names, key=lambda name: (made.get(name, 0), name))


def published_history(settings: Settings) -> list[str]:
    """Return the published versions in the order of `history`, without those computed beside."""
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
    """Remove the oldest versions beyond the number to keep, never the current one, and return their names.

    Published versions and those computed beside are counted separately. Editions of the open data are not touched.
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
