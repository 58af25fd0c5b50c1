"""Copying each delivery once into the restricted archive, and writing its line in the ledger.

The archive is the truth from which everything else can be rebuilt, so parsing reads it and never landing:
a file swapped after it was hashed cannot slip in.
"""

import hashlib
import logging
import os
import time
from pathlib import Path

from pipelines.files import private_folder, sha256_of, sync_folder
from pipelines.landing.discover import Delivery, discover
from pipelines.landing.ledger import Arrival, arrivals, forgotten, open_ledger, record
from pipelines.landing.rebuild import archived_in, keep_expected_rows
from pipelines.messages import say
from pipelines.settings import Settings

log = logging.getLogger("tthc.landing")
SETTLE_SECONDS = 2.0


def _identity(path: Path) -> tuple[int, int, int]:
    seen = path.stat()
    return seen.st_ino, seen.st_size, seen.st_mtime_ns


def _still_growing(path: Path) -> bool:
    """A file touched within the last seconds is looked at twice."""
    before = _identity(path)
    age = time.time() - path.stat().st_mtime
    if 0 <= age < SETTLE_SECONDS:
        time.sleep(SETTLE_SECONDS - age)
    return _identity(path) != before


def _sidecar(path: Path, suffix: str) -> str | None:
    """The first word of the file beside `path`; empty where it holds none, None where there is no such file."""
    sidecar = path.with_name(path.name + suffix)
    try:
        words = sidecar.read_text(encoding="utf-8", errors="replace").split()
    except OSError:  # none there, or the name with its suffix is longer than any file's may be
        return None
    return words[0] if words else ""


def _copy_hashed(source: Path, target: Path) -> str:
    digest = hashlib.sha256()
    with source.open("rb") as reading, target.open("wb") as writing:
        target.chmod(0o600)
        while block := reading.read(1 << 20):
            digest.update(block)
            writing.write(block)
        writing.flush()
        os.fsync(writing.fileno())
    return digest.hexdigest()


def _place(folder: Path, sha: str) -> Path:
    """The next number of the delivery, which keeps the order of restatements, so that the archive alone tells it.
    Bytes that came last already, before a crash kept them from their line, keep their number."""
    newest = next((path.name for path, _ in reversed(archived_in(folder))), "0000-")
    number, _, last_sha = newest.partition("-")
    return folder / (newest if last_sha == sha else f"{int(number) + 1:04d}-{sha}")


def _archive_one(delivery: Delivery, path: Path, archive: Path) -> Arrival | str:
    """The arrival, or the message code that says why the file is left for the next run."""
    before = _identity(path)
    folder = private_folder(archive / delivery.source / delivery.business_day.isoformat() / delivery.file_name)
    incoming = folder / "incoming.part"
    try:
        sha = _copy_hashed(path, incoming)
        if _identity(path) != before:
            return "left_still_growing"
        if (expected := _sidecar(path, ".sha256")) is not None and expected.lower() != sha:
            return "left_wrong_sha256"
        if (rows := _sidecar(path, ".rows")) is not None and not rows.isdecimal():
            return "left_wrong_rows"
        expected_rows = int(rows) if rows is not None else None
        kept = _place(folder, sha)
        if expected_rows is not None:
            keep_expected_rows(kept, expected_rows)
        incoming.replace(kept)
        sync_folder(folder)
    finally:
        incoming.unlink(missing_ok=True)
    return Arrival(delivery, sha, kept.stat().st_size, expected_rows, kept.relative_to(archive).as_posix())


def take_in(settings: Settings, sources: set[str]) -> dict[str, int]:
    """Archives whatever is new in landing. Returns counts: found, new, left; what is left is logged by name."""
    landing = discover(settings.raw_dir, sources)
    archive = private_folder(private_folder(settings.restricted_dir) / "archive")
    left = dict(landing.left)
    new = 0
    with open_ledger(settings.ledger_file) as ledger:
        known = arrivals(ledger)
        newest = {arrival.delivery: arrival for arrival in known}
        places, gone = {arrival.archived_as for arrival in known}, forgotten(ledger)
        for delivery, path in landing.deliveries.items():
            if _still_growing(path):
                left[path] = "left_still_growing"
                continue
            last = newest.get(delivery)
            # Bytes that went missing from the archive are taken in once more while landing still has them.
            kept = last is not None and (last.sequence in gone or archive_path(settings, last).is_file())
            if last is not None and kept and last.sha256 == sha256_of(path):
                continue
            outcome = _archive_one(delivery, path, archive)
            if isinstance(outcome, str):
                left[path] = outcome
                continue
            if outcome.archived_as not in places:
                record(ledger, outcome)
                ledger.commit()
            new += 1
            log.info(say("landing_new", file=delivery.label))
    for path, code in left.items():
        log.warning(say(code, file=path.relative_to(settings.raw_dir).as_posix()))
    return {"found": len(landing.deliveries), "new": new, "left": len(left)}


def archive_path(settings: Settings, arrival: Arrival) -> Path:
    """Where the arrival's bytes lie."""
    return settings.restricted_dir / "archive" / arrival.archived_as
