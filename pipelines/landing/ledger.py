"""The ledger: which bytes arrived as which delivery, what parsing made of them, what became of every row, the runs.

One SQLite file, so that a crash leaves either the line or no line. Arrivals are only ever added;
which of them counts today is derived (`active`), so the order of arrival decides nothing but restatements.
"""

import datetime as dt
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path

from pipelines.landing.discover import Delivery

SCHEMA = """
create table if not exists arrival (
    sequence integer primary key autoincrement,
    source text not null, business_day text not null, file_name text not null,
    sha256 text not null, byte_count integer not null, expected_rows integer, archived_as text not null
);
create table if not exists receipt (parse_key text primary key, content text not null);
create table if not exists forgotten (sequence integer primary key references arrival, as_of text not null);
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
RUNS_KEPT = 1_000


@dataclass(frozen=True)
class Arrival:
    """One line of the ledger: bytes that arrived as a delivery. `archived_as` is relative to the archive."""

    delivery: Delivery
    sha256: str
    byte_count: int
    expected_rows: int | None
    archived_as: str
    sequence: int = 0


@dataclass(frozen=True)
class Outcome:
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
    """All receipts by parse key, the newest last."""
    found = ledger.execute("select parse_key, content from receipt order by rowid")
    return {key: json.loads(content) for key, content in found}


def save_forgotten(ledger: sqlite3.Connection, sequence: int, as_of: dt.date) -> None:
    """Remembers that the bytes of an arrival were removed because their time was over."""
    ledger.execute("insert or replace into forgotten values (?, ?)", (sequence, as_of.isoformat()))


def forgotten(ledger: sqlite3.Connection) -> set[int]:
    """Sequence numbers of arrivals whose bytes are no longer kept."""
    return {sequence for (sequence,) in ledger.execute("select sequence from forgotten")}


def save_outcomes(ledger: sqlite3.Connection, outcomes: list[Outcome]) -> None:
    """Replaces what became of the rows of every delivery by what the version now published made of them."""
    ledger.execute("delete from outcome")
    ledger.executemany("insert into outcome values (?, ?, ?, ?, ?, ?, ?)", [astuple(outcome) for outcome in outcomes])


def outcomes(ledger: sqlite3.Connection) -> list[Outcome]:
    """What became of the rows of every delivery in the version published last, one per source and file."""
    return [Outcome(*row) for row in ledger.execute("select * from outcome order by source, source_file")]


@dataclass(frozen=True)
class Run:
    """One run of the nightly job. `outcome` is running, published, unchanged, refused, failed or interrupted; `began`
    and `ended` are the machine's clock in UTC, for people only; `detail` says more, such as why it failed."""

    sequence: int
    pid: int
    began: str
    ended: str | None
    outcome: str
    version: str | None
    as_of: str | None
    detail: dict


def begin_run(ledger: sqlite3.Connection, pid: int) -> int:
    """Adds a line for the run that begins and holds the lock; returns its number. A run that is still said to be running
    was killed; the oldest lines beyond RUNS_KEPT go."""
    ledger.execute("update run set outcome = 'interrupted' where outcome = 'running'")
    row = ledger.execute(
        "insert into run (pid, began, outcome, detail) values (?, ?, 'running', '{}') returning sequence",
        (pid, _now()),
    ).fetchone()
    ledger.execute("delete from run where sequence <= ?", (row[0] - RUNS_KEPT,))
    return row[0]


def end_run(
    ledger: sqlite3.Connection, sequence: int, outcome: str, *, version: str | None = None, as_of: str | None = None,
    detail: dict | None = None,
) -> None:  # fmt: skip
    """Writes how a run ended. What is not given stays as it was, so that a reason can be added later."""
    ledger.execute(
        "update run set ended = ?, outcome = ?, version = coalesce(?, version), as_of = coalesce(?, as_of),"
        " detail = json_patch(detail, ?) where sequence = ?",
        (_now(), outcome, version, as_of, json.dumps(detail or {}, ensure_ascii=False), sequence),
    )


def runs(ledger: sqlite3.Connection, limit: int = 10) -> list[Run]:
    """The newest runs, the newest first."""
    rows = ledger.execute(
        "select sequence, pid, began, ended, outcome, version, as_of, detail from run order by sequence desc limit ?",
        (limit,),
    ).fetchall()
    return [Run(*row[:7], detail=json.loads(row[7])) for row in rows]


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
