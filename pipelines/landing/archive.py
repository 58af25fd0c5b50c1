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
from pipelines.landing.ledger import Arrival, arrivals, open_ledger, record
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
        # The number keeps the order of restatements, so the ledger can be rebuilt from the archive alone.
        numbers = (int(one.name[:4]) for one in folder.iterdir() if one.name[:4].isdigit())
        kept = folder / f"{max(numbers, default=0) + 1:04d}-{sha}"
        incoming.replace(kept)
        sync_folder(folder)
    finally:
        incoming.unlink(missing_ok=True)
    expected_rows = int(rows) if rows is not None else None
    return Arrival(delivery, sha, kept.stat().st_size, expected_rows, kept.relative_to(archive).as_posix())


def take_in(settings: Settings, sources: set[str]) -> dict[str, int]:
    """Archives whatever is new in landing. Returns counts: found, new, left; what is left is logged by name."""
    landing = discover(settings.raw_dir, sources)
    archive = private_folder(private_folder(settings.restricted_dir) / "archive")
    left = dict(landing.left)
    new = 0
    with open_ledger(settings.ledger_file) as ledger:
        newest = {arrival.delivery: arrival.sha256 for arrival in arrivals(ledger)}
        for delivery, path in landing.deliveries.items():
            if _still_growing(path):
                left[path] = "left_still_growing"
                continue
            if newest.get(delivery) == sha256_of(path):
                continue
            outcome = _archive_one(delivery, path, archive)
            if isinstance(outcome, str):
                left[path] = outcome
                continue
            record(ledger, outcome)
            new += 1
            log.info(say("landing_new", file=delivery.label))
    for path, code in left.items():
        log.warning(say(code, file=path.relative_to(settings.raw_dir).as_posix()))
    return {"found": len(landing.deliveries), "new": new, "left": len(left)}


def archive_path(settings: Settings, arrival: Arrival) -> Path:
    """Where the arrival's bytes lie."""
    return settings.restricted_dir / "archive" / arrival.archived_as
