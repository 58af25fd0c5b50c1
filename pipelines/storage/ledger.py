"""The ledger: which bytes arrived as which delivery, how they were parsed, and how many rows of each were accepted.

One SQLite file, so that a crash leaves a complete row or none. Arrivals are only ever added; which of them count today
is derived (`classify_arrivals`), so the order of arrival matters for restatements only. Every row that a figure depends
on carries a digest, since SQLite itself does not notice a flipped byte: a damaged ledger is rebuilt from the archive
(`landing.rebuild_ledger`). Belongs here: reading and writing its tables except that of the runs (`runs`).
"""

import datetime as dt
import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from typing import Any

from pipelines.common.sql import read_sql
from pipelines.storage.delivery import Delivery
from pipelines.storage.documents import Receipt


class LedgerDamaged(Exception):
    """A row of the ledger is not what was written."""


@dataclass(frozen=True)
class Arrival:
    """Bytes that arrived as a delivery: one row of the ledger.

    Attributes:
        expected_rows: Number of rows that the deliverer stated beside the file; None if it stated none.
        archived_as: Path of the archived bytes, relative to the archive.
        sequence: Position in the order of arrival, from 1; 0 if it is not yet in the ledger.
    """

    delivery: Delivery
    sha256: str
    byte_count: int
    expected_rows: int | None
    archived_as: str
    sequence: int = 0


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
    """Open the ledger, create missing tables; commit on success, roll back on error, always close."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=60)
    try:
        connection.executescript(read_sql(__package__, "sql/ledger_schema"))
        with connection:
            yield connection
    finally:
        connection.close()


def _digest(*values: object) -> str:
    return hashlib.sha256(json.dumps(values, ensure_ascii=False).encode()).hexdigest()[:32]


def _verified(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return rows without the digest in their last column. Raise LedgerDamaged if a digest does not match its row."""
    for *values, digest in rows:
        if _digest(*values) != digest:
            raise LedgerDamaged
    return [row[:-1] for row in rows]


def record_arrival(ledger: sqlite3.Connection, arrival: Arrival) -> None:
    """Add one arrival; the caller makes sure that its bytes differ from the newest ones of the delivery."""
    (sequence,) = ledger.execute("select coalesce(max(sequence), 0) + 1 from arrival").fetchone()
    _write_arrival(ledger, replace(arrival, sequence=sequence))


def save_expected_rows(ledger: sqlite3.Connection, arrival: Arrival, rows: int | None) -> None:
    """Set how many rows the deliverer states for an arrival that is in the ledger; None removes the number."""
    _write_arrival(ledger, replace(arrival, expected_rows=rows))


def _write_arrival(ledger: sqlite3.Connection, arrival: Arrival) -> None:
    delivery = arrival.delivery
    row = (arrival.sequence, delivery.source, delivery.business_day.isoformat(), delivery.file_name, arrival.sha256,
           arrival.byte_count, arrival.expected_rows, arrival.archived_as)  # fmt: skip
    ledger.execute("insert or replace into arrival values (?, ?, ?, ?, ?, ?, ?, ?, ?)", (*row, _digest(*row)))


def arrivals(ledger: sqlite3.Connection) -> list[Arrival]:
    """Return all arrivals in the order in which they came. Raise LedgerDamaged if a row was altered."""
    return [
        Arrival(Delivery(source, dt.date.fromisoformat(day), name), sha, size, expected, archived, sequence)
        for sequence, source, day, name, sha, size, expected, archived in _verified(
            ledger.execute("select * from arrival order by sequence").fetchall()
        )
    ]


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
    newest: dict[Delivery, Arrival] = {arrival.delivery: arrival for arrival in everything}
    chosen: dict[tuple[str, dt.date, str], Arrival] = {}
    for arrival in sorted(newest.values(), key=lambda a: (is_refused(a), a.delivery)):
        chosen.setdefault((arrival.delivery.source, arrival.delivery.business_day, arrival.sha256), arrival)
    active = sorted(chosen.values(), key=lambda arrival: arrival.delivery)
    kept = {arrival.sequence for arrival in active}
    current = {arrival.sequence for arrival in newest.values()}
    return {
        "active": active,
        "duplicate": [a for a in newest.values() if a.sequence not in kept],
        "restated": [a for a in everything if a.sequence not in current],
    }


def save_receipt(ledger: sqlite3.Connection, parse_key: str, content: Receipt) -> None:
    """Save the receipt of one file, which is the last thing that parsing writes."""
    row = (parse_key, json.dumps(content, sort_keys=True))
    ledger.execute("insert or replace into receipt values (?, ?, ?)", (*row, _digest(*row)))


def receipts(ledger: sqlite3.Connection) -> dict[str, Receipt]:
    """Return all receipts by parse key, the newest last. Raise LedgerDamaged if a row was altered."""
    found = _verified(ledger.execute("select * from receipt order by rowid").fetchall())
    return {key: json.loads(content) for key, content in found}


def drop_receipts(ledger: sqlite3.Connection, parse_keys: set[str]) -> None:
    """Remove the receipts of these parse keys."""
    ledger.executemany("delete from receipt where parse_key = ?", [(key,) for key in sorted(parse_keys)])


def record_purge(ledger: sqlite3.Connection, sequence: int, as_of: dt.date) -> None:
    """Record that the bytes of an arrival were removed at the end of their retention period."""
    row = (sequence, as_of.isoformat())
    ledger.execute("insert or replace into forgotten values (?, ?, ?)", (*row, _digest(*row)))


def purged_arrivals(ledger: sqlite3.Connection) -> set[int]:
    """Return the `sequence` of arrivals whose bytes are no longer kept. Raise LedgerDamaged if a row was altered."""
    return {sequence for sequence, _ in _verified(ledger.execute("select * from forgotten").fetchall())}


def landed_folders(ledger: sqlite3.Connection) -> dict[str, tuple[str, int]]:
    """Return how folders looked and how many files they had when all were archived, by path below landing.

    Raises:
        LedgerDamaged: If a row was altered.
    """
    rows = _verified(ledger.execute("select * from landed_folder").fetchall())
    return {folder: (looks, count) for folder, looks, count in rows}


def save_landed_folders(ledger: sqlite3.Connection, found: dict[str, tuple[str, int]], gone: set[str]) -> None:
    """Save how folders of landing look whose files are all archived, and remove those of which that is not so."""
    ledger.executemany("delete from landed_folder where folder = ?", [(folder,) for folder in sorted(gone)])
    rows = [(folder, looks, count) for folder, (looks, count) in found.items()]
    values = [(*row, _digest(*row)) for row in rows]
    ledger.executemany("insert or replace into landed_folder values (?, ?, ?, ?)", values)


def verified_files(ledger: sqlite3.Connection) -> dict[str, Verified]:
    """Return the last verification of lake files, by path below the lake. Raise LedgerDamaged if a row was altered."""
    rows = _verified(ledger.execute("select * from verified").fetchall())
    return {path: Verified(sha, tuple(looks), dt.date.fromisoformat(day)) for path, sha, *looks, day in rows}


def save_verified(ledger: sqlite3.Connection, found: dict[str, Verified]) -> None:
    """Save the last verification of lake files, by path below the lake."""
    rows = [(path, one.sha256, *one.looks, one.verified_on.isoformat()) for path, one in found.items()]
    values = [(*row, _digest(*row)) for row in rows]
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
