"""What changed against the vintage before: flags in the tables, lines in CHANGES.md.

Belongs here: comparing published figures, cell by cell. A figure of a period that is new is no change. Does not belong
here: why the warehouse says something else now (`tthc explain`, the deliveries).
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.open_data.files import read_table
from pipelines.open_data.register import Column, Register, Table

Connection = duckdb.DuckDBPyConnection
REVISED = "r"
BEFORE = "before"
FLAG = """
    update "{table}" as t set {flag} = 'r'
    from "{before}" as b
    where {same_key} and t.{value} is not null and ({differs})
"""
LIST = """
    select {key} as cell, coalesce(cast(b.{value} as varchar), '(' || b.{flag} || ')', '') as old,
        coalesce(cast(t.{value} as varchar), '(' || t.{flag} || ')', '') as new
    from "{table}" as t join "{before}" as b on {same_key}
    where {differs}
    order by t.{order}
"""


@dataclass(frozen=True)
class Change:
    """One figure that another vintage showed otherwise; a flag in brackets where none was shown."""

    table: str
    column: str
    cell: str
    old: str
    new: str


def flag_changes(connection: Connection, register: Register, previous: Path) -> list[Change]:
    """Sets flag `r` on every figure that the previous vintage (a folder) showed otherwise or hid, in the tables of the
    scratch database. Returns all changes, those to a hidden figure too, in the order of tables and rows."""
    changes: list[Change] = []
    for table in register.tables:
        flags = [column for column in table.columns if column.role == "flag"]
        if flags and read_table(connection, table, previous, BEFORE):
            for flag in flags:
                changes += _of_flag(connection, table, flag)
    return changes


def _of_flag(connection: Connection, table: Table, flag: Column) -> list[Change]:
    changes: list[Change] = []
    same_key = " and ".join(f"t.{key} is not distinct from b.{key}" for key in table.key)
    for value in flag.of:
        differs = f"t.{value} is distinct from b.{value}"
        if value_has_sign(table, value):
            differs += " or t.dau is distinct from b.dau"
        names = {"table": table.name, "before": BEFORE, "flag": flag.name, "value": value, "same_key": same_key,
                 "differs": differs}  # fmt: skip
        key = " || ' / ' || ".join(f"coalesce(cast(t.{name} as varchar), '')" for name in table.key)
        rows = connection.execute(LIST.format(key=key, order=", t.".join(table.order_by), **names)).fetchall()
        changes += [Change(table.name, value, *row) for row in rows]
        connection.execute(FLAG.format(**names))
    return changes


def value_has_sign(table: Table, value: str) -> bool:
    """True for a rate whose sign stands beside it in column `dau`."""
    return table.column(value).role == "rate" and any(column.name == "dau" for column in table.columns)


HEAD = """\
# Thay đổi giữa các lần công bố / Changes between vintages

Lần công bố / vintage: {vintage}
Lần trước / before: {before}

"""
FIRST = """\
Đây là lần công bố đầu tiên: không có gì được sửa.
This is the first vintage: nothing was revised.
"""
NONE = """\
Không có số nào đã công bố bị thay đổi.
No published figure changed.
"""
CELL_HEAD = "| bảng / table | cột / column | ô / cell | cũ / old | mới / new |\n|---|---|---|---|---|\n"


def changes_page(vintage: str, before: str | None, changes: list[Change], notice: str = "") -> str:
    """CHANGES.md: the count per table, then one line per figure, old and new. `notice`: what is said first of all."""
    page = HEAD.format(vintage=vintage, before=before or "–") + (f"{notice}\n" if notice else "")
    if before is None:
        return page + FIRST
    if not changes:
        return page + NONE
    counts: dict[str, int] = {}
    for change in changes:
        counts[change.table] = counts.get(change.table, 0) + 1
    page += "| bảng / table | số ô thay đổi / figures changed |\n|---|---|\n"
    page += "".join(f"| {table} | {count} |\n" for table, count in counts.items()) + "\n" + CELL_HEAD
    return page + "".join(f"| {c.table} | {c.column} | {c.cell} | {c.old} | {c.new} |\n" for c in changes)
