"""Copy each delivery once into the restricted archive, and record it in the ledger.

Belongs here: copying, hashing, recording. Everything else can be rebuilt from the archive, and parsing reads only the
archive, so that a file replaced after hashing is never used. Does not belong here: finding deliveries (`discover`).
"""

import hashlib
import logging
import os
import sqlite3
import time
from pathlib import Path

from pipelines.common.files import open_regular, private_folder, sync_folder
from pipelines.common.i18n import say
from pipelines.landing.discover import discover
from pipelines.landing.faults import is_machine_fault, keep_trace
from pipelines.landing.rebuild_ledger import archived_in, keep_expected_rows
from pipelines.landing.sidecars import LeftForNextRun, Sidecars, read_sidecars
from pipelines.settings import Settings
from pipelines.storage.delivery import Delivery
from pipelines.storage.ledger import Arrival, arrivals, open_ledger, purged_arrivals, record_arrival, save_expected_rows
from pipelines.storage.runs import note_run

log = logging.getLogger("tthc.landing")
SETTLE_SECONDS = 2.0
LEFT_IN_LANDING = "left_in_landing"


def _identity(path: Path) -> tuple[int, int, int]:
    seen = path.stat()
    return seen.st_ino, seen.st_size, seen.st_mtime_ns


def _still_growing(path: Path) -> bool:
    """Return True if a file was modified within the last seconds and changes while waiting."""
    before = _identity(path)
    age = time.time() - path.stat().st_mtime
    if 0 <= age < SETTLE_SECONDS:
        time.sleep(SETTLE_SECONDS - age)
    return _identity(path) != before


def _copy_hashed(source: Path, target: Path) -> str:
    digest = hashlib.sha256()
    with open_regular(source) as reading, target.open("wb") as writing:
        target.chmod(0o600)
        while block := reading.read(1 << 20):
            digest.update(block)
            writing.write(block)
        writing.flush()
        os.fsync(writing.fileno())
    return digest.hexdigest()


def _place(folder: Path, sha: str) -> Path:
    """Return the path of a delivery in the archive: `<number>-<sha256>`, where numbers give the order of restatements.

    If the newest archived bytes are the same (a crash prevented their ledger entry), their number is used again.
    """
    newest = next((path.name for path, _ in reversed(archived_in(folder))), "0000-")
    number, _, last_sha = newest.partition("-")
    return folder / (newest if last_sha == sha else f"{int(number) + 1:04d}-{sha}")


def _hash(path: Path) -> str:
    with open_regular(path) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


class _Ingest:
    """Ingest deliveries one by one into the archive and the ledger; built once per run."""

    def __init__(self, settings: Settings, ledger: sqlite3.Connection) -> None:
        self.settings, self.ledger = settings, ledger
        self.archive = private_folder(private_folder(settings.restricted_dir) / settings.archive_dir.name)
        known = arrivals(ledger)
        self.newest = {arrival.delivery: arrival for arrival in known}
        self.places, self.purged = {arrival.archived_as for arrival in known}, purged_arrivals(ledger)

    def __call__(self, delivery: Delivery, path: Path) -> bool:
        """Ingest one file, and return True if the file or its row count is new.

        Raises:
            LeftForNextRun: If the file has to stay in landing; other errors of reading it are raised as they are.
        """
        if _still_growing(path):
            raise LeftForNextRun("left_still_growing")
        sidecars, last = read_sidecars(path), self.newest.get(delivery)
        if last is not None and self._is_kept(last) and last.sha256 == _hash(path):
            if sidecars.sha256 not in (None, last.sha256):
                raise LeftForNextRun("left_wrong_sha256")
            return self._check_row_count(last, sidecars)
        arrival = self._archive(delivery, path, sidecars)
        if arrival.archived_as not in self.places:
            record_arrival(self.ledger, arrival)
            self.ledger.commit()
        return True

    def _is_kept(self, last: Arrival) -> bool:
        """Return True if the archive has the bytes, or they were purged; lost bytes are ingested again."""
        return last.sequence in self.purged or archive_path(self.settings, last).is_file()

    def _check_row_count(self, last: Arrival, sidecars: Sidecars) -> bool:
        """Record a new, changed or removed `.rows` sidecar, and return True if there is one."""
        if sidecars.rows == last.expected_rows:
            return False
        keep_expected_rows(archive_path(self.settings, last), sidecars.rows)
        save_expected_rows(self.ledger, last, sidecars.rows)
        self.ledger.commit()
        return True

    def _archive(self, delivery: Delivery, path: Path, sidecars: Sidecars) -> Arrival:
        before = _identity(path)
        day = delivery.business_day.isoformat()
        folder = private_folder(self.archive / delivery.source / day / delivery.file_name)
        incoming = folder / "incoming.part"
        try:
            sha = _copy_hashed(path, incoming)
            if _identity(path) != before:
                raise LeftForNextRun("left_still_growing")
            if sidecars.sha256 not in (None, sha):
                raise LeftForNextRun("left_wrong_sha256")
            kept = _place(folder, sha)
            keep_expected_rows(kept, sidecars.rows)
            incoming.replace(kept)
            sync_folder(folder)
        finally:
            incoming.unlink(missing_ok=True)
        return Arrival(delivery, sha, kept.stat().st_size, sidecars.rows, kept.relative_to(self.archive).as_posix())


def ingest_deliveries(settings: Settings, sources: set[str]) -> dict[str, int]:
    """Archive everything new in landing.

    Files that stay in landing are logged by name. A fault of one file leaves that file, with a trace under
    `restricted/`; only a fault of the machine, such as a full disk, is raised.

    Args:
        settings: The installation.
        sources: Sources that have a contract.

    Returns:
        Counts: `found`, `new`, `left`.
    """
    landing = discover(settings.raw_dir, sources)
    left = dict(landing.left)
    new = 0
    with open_ledger(settings.ledger_file) as ledger:
        ingest = _Ingest(settings, ledger)
        for delivery, path in landing.deliveries.items():
            try:
                if ingest(delivery, path):
                    new += 1
                    log.info(say("landing_new", file=delivery.label))
            except LeftForNextRun as reason:
                left[path] = reason.code
            except Exception as error:
                ledger.rollback()
                if is_machine_fault(error):
                    raise
                left[path], landing.broke[path] = _code_of(error), error
        left_details = [_log_left(settings, path, code, landing.broke.get(path)) for path, code in left.items()]
        note_run(ledger, {LEFT_IN_LANDING: left_details})
    return {"found": len(landing.deliveries), "new": new, "left": len(left)}


def _log_left(settings: Settings, path: Path, code: str, broke: Exception | None) -> dict[str, str]:
    """Log why a path is left, keep a trace of its error if there is one, and return code and parameters."""
    # A name that is not valid UTF-8 cannot be printed.
    name = path.relative_to(settings.raw_dir).as_posix().encode(errors="backslashreplace").decode()
    if broke is not None:
        keep_trace(settings, name, broke)
    params = {"file": name, "kind": type(broke).__name__}
    log.warning(say(code, **params))
    return {"code": code, **params}


def _code_of(error: Exception) -> str:
    return "left_unreadable" if isinstance(error, PermissionError) else "left_broke"


def archive_path(settings: Settings, arrival: Arrival) -> Path:
    """Return the path of the arrival's bytes."""
    return settings.archive_dir / arrival.archived_as
