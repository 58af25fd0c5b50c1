"""Rebuild the ledger from the archive if it is missing or damaged, and complete it after a crash.

Belongs here: the layout of the archive: `<source>/<business day>/<file name>/<number>-<sha256>`, beside it the expected
number of rows (`.rows`) and, for purged bytes, their parsing result (`.forgotten`). Does not belong here: parsing the
files; the next step of a run does that.
"""

import datetime as dt
import hashlib
import json
import logging
import os
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypedDict

from pipelines.common.checksums import checksum_matches, with_checksum
from pipelines.common.files import atomic_write, looks_of_file, open_regular, remove_leftovers
from pipelines.common.i18n import say
from pipelines.landing.faults import is_machine_fault, keep_trace
from pipelines.landing.sidecars import LARGEST_BYTES, ROW_COUNT
from pipelines.settings import Settings
from pipelines.storage.delivery import Delivery
from pipelines.storage.documents import Receipt
from pipelines.storage.ledger import (
    Arrival,
    archive_seen,
    arrivals,
    landed_folders,
    open_ledger,
    purged_arrivals,
    record_arrival,
    record_purge,
    save_archive_seen,
    save_receipt,
    verified_files,
)
from pipelines.storage.ledger_contents import LedgerDamaged, read_contents
from pipelines.storage.warehouse_format import LedgerOutdated, check_format

log = logging.getLogger("tthc.landing")
KEPT = re.compile(r"(?P<name>\d{4,}-[0-9a-f]{64})(?P<forgotten>\.forgotten)?")
ROWS, FORGOTTEN = ".rows", ".forgotten"
NO_FILE_HAS = 10**15


class _Note(TypedDict):
    """The content of a `.forgotten` file; `parse_key` and `receipt` are None if the bytes were never parsed."""

    as_of: str
    byte_count: int
    parse_key: str | None
    receipt: Receipt | None


def ensure_ledger(settings: Settings) -> None:
    """Rebuild the ledger from the archive if it is missing or damaged; a damaged file is kept aside."""
    path = settings.ledger_file
    check_format(settings)
    if path.exists() and not _is_untouched(settings) and not is_sound(path):
        aside = path.with_name("damaged.sqlite")
        path.replace(aside)
        log.warning(say("ledger_damaged", file=aside))
    if not path.exists():
        # A journal is valid only for the file that it was written for.
        path.with_name(f"{path.name}-journal").unlink(missing_ok=True)
    if _is_in_step(settings):
        return
    remove_leftovers(settings.archive_dir)
    missing = add_missing_arrivals(settings)
    if missing:
        log.warning(say("ledger_completed", count=missing))
    with open_ledger(settings.ledger_file) as ledger:
        looks = archive_looks(settings.archive_dir)
        save_archive_seen(ledger, (looks, len(arrivals(ledger)), dt.date.today()))


def archive_looks(archive: Path) -> str:
    """Return a hash over the folders of all business days in the archive and the times at which they were changed.

    A folder is changed by a delivery that is new in it, and by one that is lost.
    """
    days = [
        (f"{source.name}/{day.name}", (seen := day.stat(follow_symlinks=False)).st_ino, seen.st_mtime_ns)
        for source in _folders(archive)
        for day in _folders(Path(source.path))
    ]
    return hashlib.sha256(repr(sorted(days)).encode()).hexdigest()


def _folders(folder: Path) -> list[os.DirEntry[str]]:
    if not folder.is_dir():
        return []
    with os.scandir(folder) as entries:
        return [entry for entry in entries if entry.is_dir(follow_symlinks=False)]


def _is_in_step(settings: Settings) -> bool:
    """Return True if the archive certainly has no file without an arrival, so that it need not be searched.

    Landing notes that (`ingest`); after some days the archive is searched all the same.
    """
    with open_ledger(settings.ledger_file) as ledger:
        seen = archive_seen(ledger)
        if seen is None:
            return False
        looks, count, day = seen
        is_recent = 0 <= (dt.date.today() - day).days < settings.verify_days
        return is_recent and count == len(arrivals(ledger)) and looks == archive_looks(settings.archive_dir)


def is_sound(path: Path) -> bool:
    """Return True if SQLite finds no fault in the file and the checksums of all entries verify."""
    try:
        with open_ledger(path) as ledger:
            (verdict,) = ledger.execute("pragma quick_check").fetchone()
            read_contents(ledger, anew=True), archive_seen(ledger), landed_folders(ledger), verified_files(ledger)
    except (sqlite3.DatabaseError, LedgerDamaged, LedgerOutdated, ValueError):
        return False
    _note_of(path).unlink(missing_ok=True)
    return bool(verdict == "ok")


def leave_ledger(settings: Settings) -> None:
    """Note how the ledger looks at the end of a run, so that the next need not verify it if nothing touched it."""
    note = _read_note(settings.ledger_file)
    day = note["verified_on"] if note is not None else dt.date.today().isoformat()
    content = with_checksum({"looks": looks_of_file(settings.ledger_file), "verified_on": day})
    with atomic_write(_note_of(settings.ledger_file)) as temporary:
        temporary.write_text(json.dumps(content), encoding="utf-8")


def _is_untouched(settings: Settings) -> bool:
    """Return True if nothing touched the ledger since the end of a run that had verified it some days ago at most."""
    note = _read_note(settings.ledger_file)
    if note is None or note["looks"] != looks_of_file(settings.ledger_file):
        return False
    if not 0 <= (dt.date.today() - dt.date.fromisoformat(note["verified_on"])).days < settings.verify_days:
        return False
    try:
        with open_ledger(settings.ledger_file) as ledger:
            read_contents(ledger, anew=True, is_verified=True)
    except (sqlite3.DatabaseError, LedgerDamaged, LedgerOutdated, ValueError):
        return False
    return True


def _note_of(ledger_file: Path) -> Path:
    return ledger_file.with_name("verified.json")


def _read_note(ledger_file: Path) -> dict[str, Any] | None:
    try:
        note: dict[str, Any] = json.loads(_note_of(ledger_file).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return note if isinstance(note, dict) and checksum_matches(note) else None


def add_missing_arrivals(settings: Settings) -> int:
    """Record archived files that have no entry in the ledger, and return how many."""
    archive = settings.archive_dir
    with open_ledger(settings.ledger_file) as ledger:
        known = {arrival.archived_as: arrival.sequence for arrival in arrivals(ledger)}
        purged = purged_arrivals(ledger)
        added = 0
        for path, is_purged in archived_arrivals(archive):
            place = path.relative_to(archive).as_posix()
            try:
                if place not in known:
                    record_arrival(ledger, _arrival(archive, path))
                    known[place] = max(known.values(), default=0) + 1
                    added += 1
                if is_purged and known[place] not in purged:
                    _forget(ledger, known[place], _note(path))
                ledger.commit()
            except Exception as error:
                ledger.rollback()
                if is_machine_fault(error):
                    raise
                keep_trace(settings, place, error)
                log.warning(say("archive_odd", file=place, kind=type(error).__name__))
    return added


def archived_arrivals(archive: Path) -> Iterator[tuple[Path, bool]]:
    """Yield the path of each archived arrival and whether its bytes were purged; restatements in order of arrival."""
    for folder in sorted(path for path in archive.glob("*/*/*") if path.is_dir()):
        yield from archived_in(folder)


def archived_in(folder: Path) -> list[tuple[Path, bool]]:
    """Return, for the folder of one delivery, what `archived_arrivals` yields."""
    found = [match for match in (KEPT.fullmatch(path.name) for path in folder.iterdir()) if match]
    marked = {match["name"] for match in found if match["forgotten"]}
    names = sorted({match["name"] for match in found}, key=lambda name: int(name.partition("-")[0]))
    return [(folder / name, name in marked) for name in names]


def _arrival(archive: Path, path: Path) -> Arrival:
    """Return the arrival of an archived path."""
    day = dt.date.fromisoformat(path.parent.parent.name)
    delivery = Delivery(path.parent.parent.parent.name, day, path.parent.name)
    size = path.stat().st_size if path.exists() else _note(path)["byte_count"]
    place = path.relative_to(archive).as_posix()
    return Arrival(delivery, path.name.partition("-")[2], size, read_expected_rows(path), place)


def _note(path: Path) -> _Note:
    note: _Note = json.loads(path.with_name(path.name + FORGOTTEN).read_text(encoding="utf-8"))
    return note


def _forget(ledger: sqlite3.Connection, sequence: int, note: _Note) -> None:
    record_purge(ledger, sequence, dt.date.fromisoformat(note["as_of"]))
    if note["receipt"] is not None and note["parse_key"] is not None:
        save_receipt(ledger, note["parse_key"], note["receipt"])


def leave_note(path: Path, as_of: dt.date, byte_count: int, parse_key: str | None, receipt: Receipt | None) -> None:
    """Write the `.forgotten` file of an arrival before its bytes are removed; it holds nothing personal.

    Args:
        path: Path of the archived bytes.
        as_of: As-of day of the run that removes them.
        byte_count: Their size.
        parse_key: Key of the receipt; None if they were never parsed.
        receipt: Result of parsing them; None if they were never parsed.
    """
    note: _Note = {"as_of": as_of.isoformat(), "byte_count": byte_count, "parse_key": parse_key, "receipt": receipt}
    with atomic_write(path.with_name(path.name + FORGOTTEN), mode=0o600) as temporary:
        temporary.write_text(json.dumps(note, ensure_ascii=False, sort_keys=True), encoding="utf-8")


def rows_note(path: Path) -> Path:
    """Return where the expected number of rows of an archived file is kept."""
    return path.with_name(path.name + ROWS)


def keep_expected_rows(path: Path, rows: int | None) -> None:
    """Write the expected number of rows beside an archived file; None removes it."""
    note = rows_note(path)
    if rows is None:
        note.unlink(missing_ok=True)
        return
    with atomic_write(note, mode=0o600) as temporary:
        temporary.write_text(str(rows), encoding="ascii")


def read_expected_rows(path: Path) -> int | None:
    """Return the expected number of rows of an archived file; None if the deliverer gave none.

    An invalid text (an earlier release kept any digits) is returned as a number that no file has, so that the file is
    refused and its deliverer asked again.
    """
    try:
        with open_regular(rows_note(path)) as stream:
            text = stream.read(LARGEST_BYTES).decode("ascii", errors="replace").strip()
    except FileNotFoundError:
        return None
    return int(text) if ROW_COUNT.fullmatch(text) else NO_FILE_HAS
