"""History of published protected cells, which the next vintage needs: restricted, since it holds exact counts.

Belongs here: loading and saving it, and which protected tables stay frozen. Per table and period it holds the published
figures, the cases that they were counted from, and what earlier vintages showed. Without it a new vintage could reveal
a single late case, so none is made. Does not belong here: hiding and rounding (`suppress`).
"""

from pathlib import Path

import duckdb

from pipelines.common.files import atomic_write, private_folder
from pipelines.common.sql import read_sql
from pipelines.registers.disclosure import DisclosureRules
from pipelines.settings import Settings

Connection = duckdb.DuckDBPyConnection
KEPT = 24
# `is_out` is true for cells of the vintage itself, false for what earlier vintages showed.
CELLS = {
    "part": "varchar", "period_code": "varchar", "measure": "varchar", "scope": "varchar", "unit_code": "varchar",
    "unit_level": "varchar", "cell": "varchar", "n": "bigint", "k": "bigint", "value": "bigint", "reason": "varchar",
    "is_out": "boolean",
}  # fmt: skip
CASES = {
    "part": "varchar", "whole": "varchar", "scope": "varchar", "unit_code": "varchar", "unit_level": "varchar",
    "period_code": "varchar", "counts": "boolean", "key": "bigint",
}  # fmt: skip


def _file(settings: Settings, vintage: str, kind: str) -> Path:
    return settings.open_data_backup_dir / f"{vintage}.{kind}.parquet"


def load_history(connection: Connection, settings: Settings, rules: DisclosureRules, vintage: str | None) -> bool:
    """Create tables `frozen`, `cell` (cells of this vintage, in frozen tables as published) and `known` (bounds).

    Args:
        connection: The scratch database with today's cells and cases.
        settings: Where the history lies.
        rules: The disclosure rules.
        vintage: Name of the vintage before; None if there is none.

    Returns:
        False if the history of that vintage is missing, else True.
    """
    for name, columns in (("memory", CELLS), ("case_before", CASES)):
        typed = ", ".join(f"{column} {kind}" for column, kind in columns.items())
        connection.execute(f"create or replace table {name} ({typed})")
    if vintage is not None:
        files = {"memory": _file(settings, vintage, "cells"), "case_before": _file(settings, vintage, "cases")}
        if not all(path.is_file() for path in files.values()):
            return False
        for name, path in files.items():
            connection.execute(f"insert into {name} by name select * from read_parquet(?)", [str(path)])  # noqa: S608
    connection.execute(read_sql(__package__, "sql/frozen"), {"thaw": rules.thaw})
    connection.execute(read_sql(__package__, "sql/cell"))
    connection.execute(read_sql(__package__, "sql/known"))
    return True


def save_history(connection: Connection, settings: Settings, vintage: str, before: str | None) -> None:
    """Save the cells of a vintage and their cases with mode 0600, and remove the oldest ones.

    Args:
        connection: The scratch database.
        settings: Where the history lies.
        vintage: Name of the vintage.
        before: Name of the vintage before, whose history is kept in any case: it stays public if this one is not
            published.
    """
    folder = private_folder(settings.open_data_backup_dir)
    connection.execute(read_sql(__package__, "sql/remembered"))
    for kind, query in (("cells", "select * from remembered order by cell, is_out, value, reason, n, k"),
                        ("cases", read_sql(__package__, "sql/published_cases"))):  # fmt: skip
        with atomic_write(_file(settings, vintage, kind), mode=0o600) as temporary:
            connection.sql(query).write_parquet(str(temporary), compression="zstd")
        kept = sorted(folder.glob(f"*.{kind}.parquet"), key=lambda path: path.stat().st_mtime_ns)
        for path in kept[:-KEPT]:
            if path != _file(settings, before or vintage, kind):
                path.unlink()
