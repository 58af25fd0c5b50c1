"""The ledger: which bytes arrived as which delivery, how they were parsed, and how many rows of each were accepted.

One SQLite file, so that a crash leaves a complete row or none. Arrivals are only ever added; which of them count today
is derived (`classify_arrivals`), so the order of arrival matters for restatements only. Every row that a figure depends
on carries a digest, since SQLite itself does not notice a flipped byte: a damaged ledger is rebuilt from the archive
(`landing.rebuild_ledger`). Belongs here: reading and writing its tables except that of the runs (`runs`).
"""

import datetime as dt
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass, replace
from pathlib import Path

from pipelines.storage.documents import Receipt
from pipelines.storage.ledger_contents import Arrival as Arrival
from pipelines.storage.ledger_contents import LedgerDamaged as LedgerDamaged
from pipelines.storage.ledger_contents import count_rewriting, digest, name_ledger, read_contents, verified
from pipelines.storage.warehouse_format import bring_up_to_date


@dataclass(frozen=True)
class RowOutcome:
    """Counts of the rows of one source in one delivered file, in one version.

    Attributes:
        source_file: Label of the delivery.
    """

    version: str
    source: str
    source_file: str
    rows_in: int
    accepted: int
    rejected: int
    superseded: int

    @property
    def is_balanced(self) -> bool:
        """True if every delivered row is counted exactly once."""
        return self.rows_in == self.accepted + self.rejected + self.superseded


@dataclass(frozen=True)
class Verified:
    """The last verification of a file of the lake.

    Attributes:
        sha256: The hash that was found.
        looks: Size, inode, and times of modification and change in nanoseconds.
        verified_on: The day, by the clock of the machine.
    """

    sha256: str
    looks: tuple[int, int, int, int]
    verified_on: dt.date


@contextmanager
def open_ledger(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the ledger and bring it up to date; commit on success, roll back on error, always close.

    Raises:
        TthcError: If newer software wrote it.
        LedgerOutdated: If it is of earlier software and has to be written again from the archive.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=60)
    try:
        bring_up_to_date(connection, path)
        name_ledger(connection)
        with connection:
            yield connection
    finally:
        connection.close()


def record_arrival(ledger: sqlite3.Connection, arrival: Arrival) -> None:
    """Add one arrival; the caller makes sure that its bytes differ from the newest ones of the delivery."""
    (sequence,) = ledger.execute("select coalesce(max(sequence), 0) + 1 from arrival").fetchone()
    _write_arrival(ledger, replace(arrival, sequence=sequence))


def save_expected_rows(ledger: sqlite3.Connection, arrival: Arrival, rows: int | None) -> None:
    """Set how many rows the deliverer states for an arrival that is in the ledger; None removes the number."""
    count_rewriting(ledger)
    _write_arrival(ledger, replace(arrival, expected_rows=rows))


def _write_arrival(ledger: sqlite3.Connection, arrival: Arrival) -> None:
    delivery = arrival.delivery
    row = (arrival.sequence, delivery.source, delivery.business_day.isoformat(), delivery.file_name, arrival.sha256,
           arrival.byte_count, arrival.expected_rows, arrival.archived_as)  # fmt: skip
    ledger.execute("insert or replace into arrival values (?, ?, ?, ?, ?, ?, ?, ?, ?)", (*row, digest(*row)))


def newest_arrival(ledger: sqlite3.Connection) -> int:
    """Return the number of the newest arrival, 0 if there is none."""
    return int(ledger.execute("select coalesce(max(sequence), 0) from arrival").fetchone()[0])


def arrivals(ledger: sqlite3.Connection) -> list[Arrival]:
    """Return all arrivals in the order in which they came. Raise LedgerDamaged if a row was altered."""
    return list(read_contents(ledger).arrivals)


def classify_arrivals(
    everything: list[Arrival], is_refused: Callable[[Arrival], bool] = lambda _: False
) -> dict[str, list[Arrival]]:
    """Return the arrivals in three groups: `active`, `restated` and `duplicate`.

    `restated`: newer bytes of the same delivery came. `duplicate`: another delivery of the same source and day has the
    same bytes. Of deliveries with the same bytes the first in alphabetical order is active, but one that is not refused
    comes before one that is: under another name, or with another stated row count, the same bytes may be readable.

    Args:
        everything: All arrivals in the order in which they came.
        is_refused: Whether parsing has refused an arrival.
    """
    newest: dict[str, Arrival] = {arrival.delivery.label: arrival for arrival in everything}
    chosen: dict[tuple[str, dt.date, str], Arrival] = {}
    in_order = sorted(newest.values(), key=lambda a: (a.delivery.source, a.delivery.business_day, a.delivery.file_name))
    for arrival in sorted(in_order, key=is_refused):
        chosen.setdefault((arrival.delivery.source, arrival.delivery.business_day, arrival.sha256), arrival)
    kept = {arrival.sequence for arrival in chosen.values()}
    active = [arrival for arrival in in_order if arrival.sequence in kept]
    current = {arrival.sequence for arrival in newest.values()}
    return {
        "active": active,
        "duplicate": [a for a in newest.values() if a.sequence not in kept],
        "restated": [a for a in everything if a.sequence not in current],
    }


def save_receipt(ledger: sqlite3.Connection, parse_key: str, content: Receipt) -> None:
    """Save the receipt of one file, which is the last thing that parsing writes."""
    row = (parse_key, json.dumps(content, sort_keys=True))
    ledger.execute("insert or replace into receipt values (?, ?, ?)", (*row, digest(*row)))


def receipts(ledger: sqlite3.Connection) -> dict[str, Receipt]:
    """Return all receipts by parse key, the newest last. Raise LedgerDamaged if a row was altered."""
    return dict(read_contents(ledger).receipts)


def drop_receipts(ledger: sqlite3.Connection, parse_keys: set[str]) -> None:
    """Remove the receipts of these parse keys."""
    if not parse_keys:
        return
    count_rewriting(ledger)
    ledger.executemany("delete from receipt where parse_key = ?", [(key,) for key in sorted(parse_keys)])


def record_purge(ledger: sqlite3.Connection, sequence: int, as_of: dt.date) -> None:
    """Record that the bytes of an arrival were removed at the end of their retention period."""
    row = (sequence, as_of.isoformat())
    ledger.execute("insert or replace into forgotten values (?, ?, ?)", (*row, digest(*row)))


def purged_arrivals(ledger: sqlite3.Connection) -> set[int]:
    """Return the `sequence` of arrivals whose bytes are no longer kept. Raise LedgerDamaged if a row was altered."""
    return set(read_contents(ledger).purged)


def days_of_purge(ledger: sqlite3.Connection) -> dict[int, dt.date]:
    """Return by `sequence` the as-of day of the run that removed the bytes of an arrival.

    Raise LedgerDamaged if a row was altered.
    """
    rows = verified(ledger.execute("select * from forgotten").fetchall())
    return {sequence: dt.date.fromisoformat(day) for sequence, day in rows}


def archive_seen(ledger: sqlite3.Connection) -> tuple[str, int, dt.date] | None:
    """Return how the archive looked and how many arrivals there were when the two were in step, and when all was seen.

    None if they may be out of step. Raise LedgerDamaged if the row was altered.
    """
    found = verified(ledger.execute("select * from archive_seen").fetchall())
    return (found[0][1], found[0][2], dt.date.fromisoformat(found[0][3])) if found else None


def save_archive_seen(ledger: sqlite3.Connection, seen: tuple[str, int, dt.date] | None) -> None:
    """Save how the archive looks that is in step with the arrivals; None while that is not certain."""
    ledger.execute("delete from archive_seen")
    if seen is not None:
        row = (1, seen[0], seen[1], seen[2].isoformat())
        ledger.execute("insert into archive_seen values (?, ?, ?, ?, ?)", (*row, digest(*row)))


def landed_folders(ledger: sqlite3.Connection) -> dict[str, tuple[str, int]]:
    """Return how folders looked and how many files they had when all were archived, by path below landing.

    Raises:
        LedgerDamaged: If a row was altered.
    """
    rows = verified(ledger.execute("select * from landed_folder").fetchall())
    return {folder: (looks, count) for folder, looks, count in rows}


def save_landed_folders(ledger: sqlite3.Connection, found: dict[str, tuple[str, int]], gone: set[str]) -> None:
    """Save how folders of landing look whose files are all archived, and remove those of which that is not so."""
    ledger.executemany("delete from landed_folder where folder = ?", [(folder,) for folder in sorted(gone)])
    rows = [(folder, looks, count) for folder, (looks, count) in found.items()]
    values = [(*row, digest(*row)) for row in rows]
    ledger.executemany("insert or replace into landed_folder values (?, ?, ?, ?)", values)


def verified_files(ledger: sqlite3.Connection) -> dict[str, Verified]:
    """Return the last verification of lake files, by path below the lake. Raise LedgerDamaged if a row was altered."""
    rows = verified(ledger.execute("select * from verified").fetchall())
    return {path: Verified(sha, tuple(looks), dt.date.fromisoformat(day)) for path, sha, *looks, day in rows}


def save_verified(ledger: sqlite3.Connection, found: dict[str, Verified]) -> None:
    """Save the last verification of lake files, by path below the lake."""
    rows = [(path, one.sha256, *one.looks, one.verified_on.isoformat()) for path, one in found.items()]
    values = [(*row, digest(*row)) for row in rows]
    ledger.executemany("insert or replace into verified values (?, ?, ?, ?, ?, ?, ?, ?)", values)


def forget_verified(ledger: sqlite3.Connection, paths: set[str]) -> None:
    """Remove the verification of lake files that are gone."""
    ledger.executemany("delete from verified where path = ?", [(path,) for path in sorted(paths)])


def save_outcomes(ledger: sqlite3.Connection, outcomes: list[RowOutcome]) -> None:
    """Replace the row counts of all deliveries by those of the version that is now published."""
    ledger.execute("delete from outcome")
    ledger.executemany("insert into outcome values (?, ?, ?, ?, ?, ?, ?)", [astuple(outcome) for outcome in outcomes])


def outcomes(ledger: sqlite3.Connection) -> list[RowOutcome]:
    """Return the row counts of all deliveries in the version published last, one per source and file."""
    return [RowOutcome(*row) for row in ledger.execute("select * from outcome order by source, source_file")]
