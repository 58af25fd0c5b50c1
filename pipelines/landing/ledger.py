"""The ledger: which bytes arrived as which delivery, and what parsing made of them.

One SQLite file, so that a crash leaves either the line or no line. Arrivals are only ever added;
which of them counts today is derived (`active`), so the order of arrival decides nothing but restatements.
"""

import datetime as dt
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipelines.landing.discover import Delivery

SCHEMA = """
create table if not exists arrival (
    sequence integer primary key autoincrement,
    source text not null, business_day text not null, file_name text not null,
    sha256 text not null, byte_count integer not null, expected_rows integer, archived_as text not null
);
create table if not exists receipt (parse_key text primary key, content text not null);
"""


@dataclass(frozen=True)
class Arrival:
    """One line of the ledger: bytes that arrived as a delivery. `archived_as` is relative to the archive."""

    delivery: Delivery
    sha256: str
    byte_count: int
    expected_rows: int | None
    archived_as: str
    sequence: int = 0


@contextmanager
def open_ledger(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection with the schema in place; commits on success, rolls back on error, closes always."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path, timeout=60)
    try:
        connection.executescript(SCHEMA)
        with connection:
            yield connection
    finally:
        connection.close()


def record(ledger: sqlite3.Connection, arrival: Arrival) -> None:
    """Adds one arrival. The caller adds only bytes that differ from the delivery's newest ones."""
    day = arrival.delivery.business_day.isoformat()
    ledger.execute(
        "insert into arrival (source, business_day, file_name, sha256, byte_count, expected_rows,"
        " archived_as) values (?, ?, ?, ?, ?, ?, ?)",
        (arrival.delivery.source, day, arrival.delivery.file_name, arrival.sha256, arrival.byte_count,
         arrival.expected_rows, arrival.archived_as),
    )  # fmt: skip


def arrivals(ledger: sqlite3.Connection) -> list[Arrival]:
    """All arrivals in the order in which they came."""
    rows = ledger.execute(
        "select source, business_day, file_name, sha256, byte_count, expected_rows, archived_as, sequence"
        " from arrival order by sequence"
    ).fetchall()
    return [
        Arrival(Delivery(source, dt.date.fromisoformat(day), name), sha, size, expected, archived, sequence)
        for source, day, name, sha, size, expected, archived, sequence in rows
    ]


def standing(everything: list[Arrival]) -> dict[str, list[Arrival]]:
    """Arrivals by what they count for today: `active`, `restated` (newer bytes under the same name came) or
    `duplicate` (other name, same day, same bytes: the first name in the alphabet stands for all)."""
    newest: dict[Delivery, Arrival] = {arrival.delivery: arrival for arrival in everything}
    chosen: dict[tuple, Arrival] = {}
    for delivery in sorted(newest):
        chosen.setdefault((delivery.source, delivery.business_day, newest[delivery].sha256), newest[delivery])
    active = sorted(chosen.values(), key=lambda arrival: arrival.delivery)
    kept = {arrival.sequence for arrival in active}
    current = {arrival.sequence for arrival in newest.values()}
    return {
        "active": active,
        "duplicate": [a for a in newest.values() if a.sequence not in kept],
        "restated": [a for a in everything if a.sequence not in current],
    }


def save_receipt(ledger: sqlite3.Connection, parse_key: str, content: dict) -> None:
    """Remembers what parsing made of one file; a receipt is the last thing that parsing writes."""
    ledger.execute("insert or replace into receipt values (?, ?)", (parse_key, json.dumps(content, sort_keys=True)))


def receipts(ledger: sqlite3.Connection) -> dict[str, dict]:
    """All receipts by parse key."""
    return {key: json.loads(content) for key, content in ledger.execute("select parse_key, content from receipt")}
