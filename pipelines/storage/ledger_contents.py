"""Arrivals, receipts and purges of a ledger, read once in a process; afterwards only rows that were added are read.

With a hundred thousand files reading all rows takes seconds, and a run asks for them again and again. Belongs here:
reading these tables, and noticing when what was read no longer holds. Does not belong here: writing them (`ledger`).
"""

import datetime as dt
import gc
import hashlib
import json
import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson

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


@dataclass
class Contents:
    """What was read of a ledger.

    Attributes:
        arrivals: All arrivals in the order in which they came.
        receipts: All receipts by parse key, the newest last.
        purged: The `sequence` of arrivals whose bytes are no longer kept.
        last: The last `sequence` of the arrivals, and the last rowid of the receipts.
        rewritten: How often rows were changed in place (`count_rewriting`).
    """

    arrivals: list[Arrival] = field(default_factory=list)
    receipts: dict[str, Receipt] = field(default_factory=dict)
    purged: set[int] = field(default_factory=set)
    last: tuple[int, int] = (0, 0)
    rewritten: int = 0

    @property
    def counts(self) -> tuple[int, int, int]:
        """The number of rows of each table."""
        return len(self.arrivals), len(self.receipts), len(self.purged)


MANY_ROWS = 20_000
_encode = json.JSONEncoder(ensure_ascii=False).encode
_known: dict[tuple[str, int], Contents] = {}
_lock = threading.Lock()


def digest(*values: object) -> str:
    """Return the digest that a row of the ledger carries over its other columns."""
    return hashlib.sha256(_encode(values).encode()).hexdigest()[:32]


def verified(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Return rows without the digest in their last column. Raise LedgerDamaged if a digest does not match its row."""
    for *values, found in rows:
        if digest(*values) != found:
            raise LedgerDamaged
    return [row[:-1] for row in rows]


def read_contents(ledger: sqlite3.Connection, *, anew: bool = False, is_verified: bool = False) -> Contents:
    """Return arrivals, receipts and purges; the caller changes nothing of them.

    Args:
        ledger: An open ledger.
        anew: Read every row, whatever was read before.
        is_verified: Do not verify the digests of rows, since nothing touched the ledger after they were.

    Raises:
        LedgerDamaged: If a row was altered.
    """
    if ledger.in_transaction:  # what is not committed may never be
        return _complete(ledger, Contents(rewritten=_rewritten(ledger)), is_verified)
    with _lock, _uncollected():
        key = _key(ledger)
        known = None if anew else _known.get(key)
        _known.pop(key, None)  # until it is certain that it still holds
        found = _refreshed(ledger, known) if known is not None else None
        if found is None:
            found = _complete(ledger, Contents(rewritten=_rewritten(ledger)), is_verified)
            if sum(found.counts) > MANY_ROWS:
                gc.freeze()  # they stay, and every later search for garbage would look at each of them
        _known[key] = found
        return found


def contents_version(ledger: sqlite3.Connection) -> tuple[object, ...]:
    """Return what is another if arrivals, receipts or purges are others."""
    found = read_contents(ledger)
    return (*_key(ledger), *found.last, *found.counts, found.rewritten)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Do not search for garbage meanwhile: for a hundred thousand new objects that takes as long as making them."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def count_rewriting(ledger: sqlite3.Connection) -> None:
    """Note, in the transaction that does it, that rows are changed in place or removed."""
    ledger.execute(f"pragma user_version = {_rewritten(ledger) + 1:d}")


def name_ledger(ledger: sqlite3.Connection) -> None:
    """Give a new ledger a random number, by which it is told from one that lay in its place before."""
    if _number(ledger) == 0:
        ledger.execute(f"pragma application_id = {secrets.randbelow(2**31 - 1) + 1:d}")


def _key(ledger: sqlite3.Connection) -> tuple[str, int]:
    return ledger.execute("pragma database_list").fetchone()[2], _number(ledger)


def _number(ledger: sqlite3.Connection) -> int:
    return int(ledger.execute("pragma application_id").fetchone()[0])


def _rewritten(ledger: sqlite3.Connection) -> int:
    return int(ledger.execute("pragma user_version").fetchone()[0])


def _refreshed(ledger: sqlite3.Connection, known: Contents) -> Contents | None:
    """Return what is known with the rows that were added since; None if others changed."""
    if known.rewritten != _rewritten(ledger):
        return None
    found = _complete(ledger, known, is_verified=False)
    return found if found.counts == ledger.execute(read_sql(__package__, "sql/ledger_counts")).fetchone() else None


def _complete(ledger: sqlite3.Connection, known: Contents, is_verified: bool) -> Contents:
    """Add the rows after the last known ones."""
    checked = _without_digests if is_verified else verified
    sequence, rowid = known.last
    new = ledger.execute("select * from arrival where sequence > ? order by sequence", [sequence]).fetchall()
    for place, source, day, name, sha, size, expected, archived in checked(new):
        delivery = Delivery(source, dt.date.fromisoformat(day), name)
        known.arrivals.append(Arrival(delivery, sha, size, expected, archived, place))
        sequence = place
    added = ledger.execute(
        "select parse_key, content, digest, rowid from receipt where rowid > ? order by rowid", [rowid]
    ).fetchall()
    for key, content in checked([row[:3] for row in added]):
        known.receipts.pop(key, None)
        known.receipts[key] = orjson.loads(content)
    known.last = sequence, added[-1][3] if added else rowid
    known.purged = {place for place, _ in verified(ledger.execute("select * from forgotten").fetchall())}
    return known


def _without_digests(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return [row[:-1] for row in rows]
