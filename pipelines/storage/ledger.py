"""The ledger: which bytes arrived as which delivery, what parsing made of them, and what became of every row.

One SQLite file, so that a crash leaves either the line or no line. Arrivals are only ever added; which of them counts
today is derived (`classify_arrivals`), so the order of arrival decides nothing but restatements. Every line that a
figure depends on carries a digest, since SQLite itself would not notice a flipped byte: a ledger that was damaged is
never believed, it is written anew from the archive (`landing.rebuild_ledger`).
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

from pipelines.storage.delivery import Delivery
from pipelines.storage.documents import Receipt

SCHEMA = """
create table if not exists arrival (
    sequence integer primary key autoincrement,
    source text not null, business_day text not null, file_name text not null,
    sha256 text not null, byte_count integer not null, expected_rows integer, archived_as text not null,
    digest text not null
);
create table if not exists receipt (parse_key text primary key, content text not null, digest text not null);
create table if not exists forgotten (
    sequence integer primary key references arrival, as_of text not null, digest text not null
);
create table if not exists outcome (
    version text not null, source text not null, source_file text not null,
    rows_in integer not null, accepted integer not null, rejected integer not null, superseded integer not null,
    primary key (source, source_file)
);
create table if not exists run (
    sequence integer primary key autoincrement, pid integer not null, began text not null, ended text,
    outcome text not null, version text, as_of text, detail text not null
);
"""


class LedgerDamaged(Exception):
    """A line of the ledger is not as it was written."""


@dataclass(frozen=True)
class Arrival:
    """One line of the ledger: bytes that arrived as a delivery.

    `archived_as` is relative to the archive.
    """

    delivery: Delivery
    sha256: str
    byte_count: int
    expected_rows: int | None
    archived_as: str
    sequence: int = 0


@dataclass(frozen=True)
class RowOutcome:
    """What a version made of the rows of one source in one delivered file; `source_file` is the delivery's label."""

    version: str
    source: str
    source_file: str
    rows_in: int
    accepted: int
    rejected: int
    superseded: int

    @property
    def is_balanced(self) -> bool:
        """Every row that came is accounted for exactly once."""
        return self.rows_in == self.accepted + self.rejected + self.superseded


@contextmanager
def open_ledger(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the ledger with its schema in place; commit on success, roll back on error, always close."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=60)
    try:
        connection.executescript(SCHEMA)
        with connection:
            yield connection
    finally:
        connection.close()


def _digest(*values: object) -> str:
    return hashlib.sha256(json.dumps(values, ensure_ascii=False).encode()).hexdigest()[:32]


def _sound(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return rows without the digest that each ends in. Raise LedgerDamaged if one does not fit its row."""
    for *values, digest in rows:
        if _digest(*values) != digest:
            raise LedgerDamaged
    return [row[:-1] for row in rows]


def record_arrival(ledger: sqlite3.Connection, arrival: Arrival) -> None:
    """Add one arrival. The caller adds only bytes that differ from the delivery's newest ones."""
    (sequence,) = ledger.execute("select coalesce(max(sequence), 0) + 1 from arrival").fetchone()
    _write_arrival(ledger, replace(arrival, sequence=sequence))


def save_expected_rows(ledger: sqlite3.Connection, arrival: Arrival, rows: int | None) -> None:
    """Write how many rows the deliverer says an arrival has, after it came; None takes the number back."""
    _write_arrival(ledger, replace(arrival, expected_rows=rows))


def _write_arrival(ledger: sqlite3.Connection, arrival: Arrival) -> None:
    delivery = arrival.delivery
    row = (arrival.sequence, delivery.source, delivery.business_day.isoformat(), delivery.file_name, arrival.sha256,
           arrival.byte_count, arrival.expected_rows, arrival.archived_as)  # fmt: skip
    ledger.execute("insert or replace into arrival values (?, ?, ?, ?, ?, ?, ?, ?, ?)", (*row, _digest(*row)))


def arrivals(ledger: sqlite3.Connection) -> list[Arrival]:
    """Return all arrivals in the order in which they came. Raise LedgerDamaged if a line was altered."""
    return [
        Arrival(Delivery(source, dt.date.fromisoformat(day), name), sha, size, expected, archived, sequence)
        for sequence, source, day, name, sha, size, expected, archived in _sound(
            ledger.execute("select * from arrival order by sequence").fetchall()
        )
    ]


def classify_arrivals(
    everything: list[Arrival], is_refused: Callable[[Arrival], bool] = lambda _: False
) -> dict[str, list[Arrival]]:
    """Return arrivals by what they count for today: `active`, `restated` or `duplicate`.

    `restated`: newer bytes under the same name came; `duplicate`: another name on the same day has the same bytes. Of
    the same bytes under several names the first in the alphabet is active, but never one that is refused where another
    is not: under another name, or with another row count beside it, a file may be readable.
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
    """Save the result of parsing one file; a receipt is the last thing that parsing writes."""
    row = (parse_key, json.dumps(content, sort_keys=True))
    ledger.execute("insert or replace into receipt values (?, ?, ?)", (*row, _digest(*row)))


def receipts(ledger: sqlite3.Connection) -> dict[str, Receipt]:
    """Return all receipts by parse key, the newest last. Raise LedgerDamaged if a line was altered."""
    found = _sound(ledger.execute("select * from receipt order by rowid").fetchall())
    return {key: json.loads(content) for key, content in found}


def drop_receipts(ledger: sqlite3.Connection, parse_keys: set[str]) -> None:
    """Remove results of parsing that nothing will ask for again."""
    ledger.executemany("delete from receipt where parse_key = ?", [(key,) for key in sorted(parse_keys)])


def save_forgotten(ledger: sqlite3.Connection, sequence: int, as_of: dt.date) -> None:
    """Record that the bytes of an arrival were removed because their retention period is over."""
    row = (sequence, as_of.isoformat())
    ledger.execute("insert or replace into forgotten values (?, ?, ?)", (*row, _digest(*row)))


def forgotten(ledger: sqlite3.Connection) -> set[int]:
    """Return the numbers of arrivals whose bytes are no longer kept. Raise LedgerDamaged if a line was altered."""
    return {sequence for sequence, _ in _sound(ledger.execute("select * from forgotten").fetchall())}


def save_outcomes(ledger: sqlite3.Connection, outcomes: list[RowOutcome]) -> None:
    """Replace the counts of rows of every delivery by those of the version now published."""
    ledger.execute("delete from outcome")
    ledger.executemany("insert into outcome values (?, ?, ?, ?, ?, ?, ?)", [astuple(outcome) for outcome in outcomes])


def outcomes(ledger: sqlite3.Connection) -> list[RowOutcome]:
    """Return the counts of rows of every delivery in the version published last, one per source and file."""
    return [RowOutcome(*row) for row in ledger.execute("select * from outcome order by source, source_file")]
