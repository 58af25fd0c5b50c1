"""Copy each delivery once into the restricted archive, and record it in the ledger.

Belongs here: which files are new, and recording them. Everything else can be rebuilt from the archive, and parsing
reads only the archive, so that a file replaced after hashing is never used. Does not belong here: finding deliveries
(`discover`), copying (`archive`).
"""

import hashlib
import logging
import sqlite3
import time
from collections import Counter
from os.path import isfile
from pathlib import Path

from pipelines.common.files import looks_of_file, open_regular, private_folder
from pipelines.common.i18n import say
from pipelines.landing.archive import Incoming, copy_in, drop_all, name_all
from pipelines.landing.discover import Days, Landing, discover
from pipelines.landing.faults import is_machine_fault, keep_trace
from pipelines.landing.rebuild_ledger import archive_looks, keep_expected_rows
from pipelines.landing.sidecars import LeftForNextRun, Sidecars, read_sidecars
from pipelines.settings import Settings
from pipelines.storage.delivery import Delivery
from pipelines.storage.ledger import (
    Arrival,
    archive_seen,
    arrivals,
    landed_folders,
    open_ledger,
    purged_arrivals,
    record_arrival,
    save_archive_seen,
    save_expected_rows,
    save_landed_folders,
)
from pipelines.storage.runs import note_run

log = logging.getLogger("tthc.landing")
SETTLE_SECONDS = 2.0
LEFT_IN_LANDING = "left_in_landing"
# So many copied files, or bytes, are flushed to disk and recorded together.
MOST_FILES, MOST_BYTES = 500, 64 << 20


def _still_growing(path: Path) -> bool:
    """Return True if a file was modified within the last seconds and changes while waiting."""
    before = looks_of_file(path)
    age = time.time() - before[2] / 1e9
    if 0 <= age < SETTLE_SECONDS:
        time.sleep(SETTLE_SECONDS - age)
    return looks_of_file(path) != before


def _hash(path: Path) -> str:
    with open_regular(path) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


class _Ingest:
    """Ingest deliveries into the archive and the ledger, several at a time; built once per run."""

    def __init__(self, settings: Settings, ledger: sqlite3.Connection) -> None:
        self.settings, self.ledger = settings, ledger
        self.archive = private_folder(private_folder(settings.restricted_dir) / settings.archive_dir.name)
        known = arrivals(ledger)
        self.newest = {arrival.delivery: arrival for arrival in known}
        self.places, self.purged = {arrival.archived_as for arrival in known}, purged_arrivals(ledger)
        self.incoming: list[Incoming] = []
        self.seen = archive_seen(ledger)
        self.has_begun = False

    def __call__(self, delivery: Delivery, path: Path) -> bool:
        """Copy one file or record its row count, and return True if either is new; `finish` records copied files.

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
        self._begin()
        self.incoming.append(copy_in(self.archive, delivery, path, sidecars))
        return True

    def _begin(self) -> None:
        """Note before the first copy that archive and ledger may be out of step until all are recorded."""
        if not self.has_begun:
            save_archive_seen(self.ledger, None)
            self.ledger.commit()
            self.has_begun = True

    def end(self) -> None:
        """Note that archive and ledger are in step again, if they were before."""
        if self.has_begun and self.seen is not None:
            seen_on = self.seen[2]
            save_archive_seen(self.ledger, (archive_looks(self.archive), len(arrivals(self.ledger)), seen_on))

    @property
    def is_full(self) -> bool:
        """True if so much is copied that it should be recorded."""
        size = sum(one.arrival.byte_count for one in self.incoming)
        return len(self.incoming) >= MOST_FILES or size >= MOST_BYTES

    def finish(self) -> dict[Path, Exception]:
        """Name and record the copied files; if that fails, one by one, and return the error of each that fails alone.

        Raises:
            Exception: A fault of the machine.
        """
        incoming, self.incoming = self.incoming, []
        try:
            self._record(incoming)
        except BaseException as error:
            self.ledger.rollback()
            drop_all(incoming)
            if not isinstance(error, Exception) or is_machine_fault(error):
                raise
            if len(incoming) == 1:
                return {incoming[0].path: error}
        else:
            return {}
        return {path: error for one in incoming for path, error in self._again(one).items()}

    def _again(self, one: Incoming) -> dict[Path, Exception]:
        try:
            self.incoming = [copy_in(self.archive, one.arrival.delivery, one.path, one.sidecars)]
        except Exception as error:
            if is_machine_fault(error):
                raise
            return {one.path: error}
        return self.finish()

    def _record(self, incoming: list[Incoming]) -> None:
        if not incoming:
            return
        name_all(self.archive, incoming)
        for one in incoming:
            if one.arrival.archived_as not in self.places:
                record_arrival(self.ledger, one.arrival)
            elif (last := self.newest[one.arrival.delivery]).expected_rows != one.arrival.expected_rows:
                save_expected_rows(self.ledger, last, one.arrival.expected_rows)
        self.ledger.commit()
        for one in incoming:
            log.info(say("landing_new", file=one.arrival.delivery.label))

    def archived_folders(self, folders: dict[str, tuple[str, int]]) -> dict[Path, str]:
        """Return how folders of landing looked of which the archive still has every file.

        Args:
            folders: How they looked and how many files they had, by path below landing.
        """
        kept: Counter[str] = Counter()
        lost: set[str] = set()
        for delivery, last in self.newest.items():
            folder = f"{delivery.source}/{delivery.business_day.isoformat()}"
            kept[folder] += 1
            if not self._is_kept(last):
                lost.add(folder)
        return {
            self.settings.raw_dir / folder: looks
            for folder, (looks, count) in folders.items()
            if folder not in lost and kept[folder] >= count
        }

    def _is_kept(self, last: Arrival) -> bool:
        """Return True if the archive has the bytes, or they were purged; lost bytes are ingested again."""
        return last.sequence in self.purged or isfile(f"{self.archive}/{last.archived_as}")  # noqa: PTH113 - for every file ever, so without a Path

    def _check_row_count(self, last: Arrival, sidecars: Sidecars) -> bool:
        """Record a new, changed or removed `.rows` sidecar, and return True if there is one."""
        if sidecars.rows == last.expected_rows:
            return False
        keep_expected_rows(archive_path(self.settings, last), sidecars.rows)
        save_expected_rows(self.ledger, last, sidecars.rows)
        self.ledger.commit()
        return True


def known_folders(settings: Settings) -> dict[Path, str]:
    """Return how the folders of landing looked when all their files were archived; empty without a ledger."""
    if not settings.ledger_file.exists():
        return {}
    with open_ledger(settings.ledger_file) as ledger:
        return {settings.raw_dir / folder: looks for folder, (looks, _) in landed_folders(ledger).items()}


def ingest_deliveries(settings: Settings, sources: set[str], days: Days | None = None) -> dict[str, int]:
    """Archive everything new in landing.

    Files that stay in landing are logged by name. A fault of one file leaves that file, with a trace under
    `restricted/`; only a fault of the machine, such as a full disk, is raised. A folder that looks as it did when all
    its files were archived is not looked through again.

    Args:
        settings: The installation.
        sources: Sources that have a contract.
        days: First and last business day to take in; None is all. Folders of other days wait for another run.

    Returns:
        Counts: `found`, `new`, `left`.
    """
    with open_ledger(settings.ledger_file) as ledger:
        ingest, folders = _Ingest(settings, ledger), landed_folders(ledger)
        landing = discover(settings.raw_dir, sources, known=ingest.archived_folders(folders), days=days)
        left, new = dict(landing.left), 0
        failed: dict[Path, Exception] = {}
        unrecorded: dict[Path, Exception] = {}
        try:
            for delivery, path in landing.deliveries.items():
                try:
                    new += ingest(delivery, path)
                except Exception as error:
                    if is_machine_fault(error):
                        raise
                    failed[path] = error
                if ingest.is_full:
                    unrecorded |= ingest.finish()
            unrecorded |= ingest.finish()
        except BaseException:
            drop_all(ingest.incoming)
            raise
        for path, fault in (failed | unrecorded).items():
            left[path] = _code_of(fault)
            if not isinstance(fault, LeftForNextRun):
                landing.broke[path] = fault
        left_details = [_log_left(settings, path, code, landing.broke.get(path)) for path, code in left.items()]
        if not unrecorded:  # else a copy may have its name in the archive and no entry: the next run searches for it
            ingest.end()
        note_run(ledger, {LEFT_IN_LANDING: left_details})
        _remember_folders(settings, ledger, landing, set(left), set(folders))
        found = len(landing.deliveries) + sum(
            folders[folder.relative_to(settings.raw_dir).as_posix()][1] for folder in landing.unchanged
        )
    return {"found": found, "new": new - len(unrecorded), "left": len(left)}


def _remember_folders(
    settings: Settings, ledger: sqlite3.Connection, landing: Landing, left: set[Path], known: set[str]
) -> None:
    """Remember how the folders look of which no file is left, and forget all others that were known."""
    counts: Counter[Path] = Counter(path.parent for path in landing.deliveries.values())
    unsettled = left | {path.parent for path in left}
    settled = {folder: looks for folder, looks in landing.looks.items() if folder not in unsettled}
    kept = {folder.relative_to(settings.raw_dir).as_posix() for folder in landing.unchanged | landing.outside}
    found = {
        folder.relative_to(settings.raw_dir).as_posix(): (looks, counts[folder]) for folder, looks in settled.items()
    }
    save_landed_folders(ledger, found, known - kept - set(found))


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
    if isinstance(error, LeftForNextRun):
        return error.code
    return "left_unreadable" if isinstance(error, PermissionError) else "left_broke"


def archive_path(settings: Settings, arrival: Arrival) -> Path:
    """Return the path of the arrival's bytes."""
    return settings.archive_dir / arrival.archived_as
