"""The format of a warehouse: one number for the shape of all that one night leaves for the next.

It stands in the ledger and, for a restore from the backup alone, in `restricted/format`. A warehouse of newer software
is refused before anything is touched; one of older software is brought up to date: tables whose content can be found
again are made anew, and a ledger whose other tables differ is written again from the archive. The number is raised
where older software would misread what newer software writes. Belongs here: the number, and bringing a ledger up to it.
Does not belong here: documents that are told apart by their own content (manifest, vintage, kept workspace).
"""

import contextlib
import sqlite3
from pathlib import Path

from pipelines.common.errors import TthcError
from pipelines.common.files import atomic_write, private_folder
from pipelines.common.sql import read_sql
from pipelines.settings import Settings

# 1: before the number was written. 2: with it.
FORMAT = 2
# Tables of the ledger whose rows a night finds again by itself.
FOUND_AGAIN = ("archive_seen", "landed_folder", "verified", "outcome")


class LedgerOutdated(TthcError):
    """A table of the ledger has other columns than this software writes; its rows stand in the archive too."""


def bring_up_to_date(ledger: sqlite3.Connection, path: Path) -> None:
    """Create the tables of a ledger that are missing, and replace those of an earlier format.

    Raises:
        TthcError: If newer software wrote the ledger; nothing is changed then.
        LedgerOutdated: If the ledger has to be written again from the archive.
    """
    found = _format_of(ledger)
    if found == FORMAT:
        return
    if found > FORMAT:
        raise TthcError("warehouse_newer", place=path, found=found, known=FORMAT)
    with contextlib.closing(sqlite3.connect(":memory:")) as model:
        model.executescript(read_sql(__package__, "sql/ledger_schema"))
        for table in _tables(ledger) & _tables(model):
            if _columns(ledger, table) != _columns(model, table):
                if table not in FOUND_AGAIN:
                    raise LedgerOutdated("ledger_outdated", file=path)
                ledger.execute(f"drop table {table}")
    ledger.executescript(read_sql(__package__, "sql/ledger_schema"))
    with ledger:
        ledger.execute("insert or replace into warehouse_format values (1, ?)", (FORMAT,))


def check_format(settings: Settings) -> None:
    """Raise TthcError if the folder that backups keep was written by newer software; else note this format there.

    The note is of use where a backup is restored without its ledger.
    """
    note = settings.restricted_dir / "format"
    text = note.read_text(encoding="ascii", errors="replace").strip() if note.is_file() else ""
    found = int(text) if text.isascii() and text.isdigit() else 0
    if found > FORMAT:
        raise TthcError("warehouse_newer", place=note, found=found, known=FORMAT)
    if found < FORMAT:
        private_folder(settings.restricted_dir)
        with atomic_write(note, mode=0o600) as temporary:
            temporary.write_text(f"{FORMAT}\n", encoding="ascii")


def _format_of(ledger: sqlite3.Connection) -> int:
    """Return the format that the ledger says; 1 if it says none."""
    if "warehouse_format" not in _tables(ledger):
        return 1
    row = ledger.execute("select format from warehouse_format").fetchone()
    return int(row[0]) if row is not None else 1


def _tables(ledger: sqlite3.Connection) -> set[str]:
    rows = ledger.execute("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'")
    return {name for (name,) in rows}


def _columns(ledger: sqlite3.Connection, table: str) -> list[tuple[str, str]]:
    return [(name, kind) for _, name, kind, *_ in ledger.execute(f"pragma table_info({table})").fetchall()]
