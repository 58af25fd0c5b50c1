"""Copy delivered files into the archive, many at a time: the disk is waited for once for all of them.

A copy has a temporary name until its bytes are on disk. Then all copies get their names, and once these are on disk
too, they may be recorded. Does not belong here: which files are copied, and the ledger (`ingest`).
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from pipelines.common.files import (
    UNFINISHED,
    looks_of_file,
    open_regular,
    private_folder,
    sync_all,
    sync_file,
    sync_folder,
)
from pipelines.landing.rebuild_ledger import archived_in, rows_note
from pipelines.landing.sidecars import LeftForNextRun, Sidecars
from pipelines.storage.delivery import Delivery
from pipelines.storage.ledger import Arrival

# From so many files on the whole file system is flushed instead of each file.
MANY = 8
INCOMING = f"incoming{UNFINISHED}"
# Smaller files are hashed again sooner than this is looked up.
LARGE_FILE = 1 << 20
# How large archived files looked when this process had copied them; what was copied was hashed.
_copied: dict[Path, list[int]] = {}


@dataclass(frozen=True)
class Incoming:
    """A file that was copied and has no name in the archive yet.

    Attributes:
        arrival: What will be recorded.
        copy: Path of the copy.
        kept: Path that it will have.
        note: Path of the prepared note of the stated row count; None if none was stated.
        path: Where it was delivered.
        sidecars: What its deliverer states.
    """

    arrival: Arrival
    copy: Path
    kept: Path
    note: Path | None
    path: Path
    sidecars: Sidecars


def copy_in(archive: Path, delivery: Delivery, path: Path, sidecars: Sidecars) -> Incoming:
    """Copy a delivered file into its folder of the archive, under a temporary name, and return what it is.

    Raises:
        LeftForNextRun: If the file changes meanwhile, or has another hash than its deliverer states.
    """
    before = looks_of_file(path)
    folder = private_folder(archive / delivery.source / delivery.business_day.isoformat() / delivery.file_name)
    copy = folder / INCOMING
    try:
        sha = copy_hashed(path, copy)
        if looks_of_file(path) != before:
            raise LeftForNextRun("left_still_growing")
        if sidecars.sha256 not in (None, sha):
            raise LeftForNextRun("left_wrong_sha256")
        kept = _place(folder, sha)
        note = None
        if sidecars.rows is not None:
            note = folder / f"incoming{rows_note(kept).suffix}{UNFINISHED}"
            note.touch(mode=0o600)
            note.write_text(str(sidecars.rows), encoding="ascii")
    except BaseException:
        copy.unlink(missing_ok=True)
        raise
    arrival = Arrival(delivery, sha, copy.stat().st_size, sidecars.rows, kept.relative_to(archive).as_posix())
    return Incoming(arrival, copy, kept, note, path, sidecars)


def copy_hashed(source: Path, target: Path) -> str:
    """Copy a regular file, readable by its owner only, and return the SHA-256 of its bytes."""
    digest = hashlib.sha256()
    with open_regular(source) as reading, target.open("wb") as writing:
        target.chmod(0o600)
        while block := reading.read(1 << 20):
            digest.update(block)
            writing.write(block)
    return digest.hexdigest()


def _place(folder: Path, sha: str) -> Path:
    """Return the path of a delivery in the archive: `<number>-<sha256>`, where numbers give the order of restatements.

    If the newest archived bytes are the same (a crash prevented their ledger entry), their number is used again.
    """
    newest = next((path.name for path, _ in reversed(archived_in(folder))), "0000-")
    number, _, last_sha = newest.partition("-")
    return folder / (newest if last_sha == sha else f"{int(number) + 1:04d}-{sha}")


def name_all(archive: Path, incoming: list[Incoming]) -> None:
    """Give copies their names in the archive, durably; where that fails none may be recorded."""
    _flush(archive, [path for one in incoming for path in (one.copy, one.note) if path is not None])
    for one in incoming:
        if one.note is not None:
            one.note.replace(rows_note(one.kept))
        else:
            rows_note(one.kept).unlink(missing_ok=True)
        one.copy.replace(one.kept)
    _flush(archive, [one.kept.parent for one in incoming])
    _copied.update({one.kept: looks_of_file(one.kept) for one in incoming if one.arrival.byte_count >= LARGE_FILE})


def is_as_copied(kept: Path) -> bool:
    """Return True if this process copied, and so hashed, an archived file, and nothing touched it since."""
    return kept in _copied and _copied[kept] == looks_of_file(kept)


def drop_all(incoming: list[Incoming]) -> None:
    """Remove copies that got no name."""
    for one in incoming:
        one.copy.unlink(missing_ok=True)
        if one.note is not None:
            one.note.unlink(missing_ok=True)


def _flush(archive: Path, paths: list[Path]) -> None:
    if len(paths) >= MANY:
        sync_all(archive)
        return
    for path in paths:
        sync_folder(path) if path.is_dir() else sync_file(path)
