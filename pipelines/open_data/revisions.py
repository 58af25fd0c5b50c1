"""Revisions against the vintage before: flags in the tables, and CHANGES.md.

Belongs here: comparing exact figures, cell by cell. A goal that shows a newer period is not a revision, nor is a change
of a figure that was published as provisional. Protected figures are not listed: the list of those that moved would
reveal a single late case. Does not belong here: the cause of a revision (`tthc explain`).
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.common.sql import quote_identifier, read_sql
from pipelines.open_data.files import read_table
from pipelines.registers.publication import Column, PublicationRegister, Table

Connection = duckdb.DuckDBPyConnection
PROVISIONAL = "p"
BEFORE = "before"
PERIOD = "ky"


@dataclass(frozen=True)
class Change:
    """One revised figure; `old` and `new` are values, or a flag in brackets where no value was shown."""

    table: str
    column: str
    cell: str
    old: str
    new: str


def flag_revisions(connection: Connection, register: PublicationRegister, previous: Path) -> list[Change]:
    """Set flag `r` on every exact figure that the previous vintage showed differently or hid.

    Args:
        connection: The scratch database with the new tables.
        register: What is published.
        previous: Folder of the previous vintage.

    Returns:
        All changes, including figures that are hidden now, in the order of tables and rows.
    """
    changes: list[Change] = []
    for table in register.tables:
        flags = [column for column in table.columns if column.role == "flag"]
        if flags and table.disclosure != "sdc1" and read_table(connection, table, previous, BEFORE):
            for flag in flags:
                changes += _of_flag(connection, table, flag)
    return changes


def _of_flag(connection: Connection, table: Table, flag: Column) -> list[Change]:
    changes: list[Change] = []
    same = " and ".join(f"t.{key} is not distinct from b.{key}" for key in identity(table)) + f" and {is_exact(table)}"
    for value in flag.of:
        differs = f"t.{value} is distinct from b.{value}"
        if value_has_sign(table, value):
            differs += " or t.dau is distinct from b.dau"
        differs = f"({differs}) and b.{flag.name} is distinct from '{PROVISIONAL}'"
        names = {"table": quote_identifier(table.name), "before": quote_identifier(BEFORE), "flag": flag.name,
                 "value": value, "same": same, "differs": differs}  # fmt: skip
        key = " || ' / ' || ".join(f"coalesce(cast(t.{name} as varchar), '')" for name in table.key)
        query = read_sql(__package__, "sql/list_revisions", key=key, order=", t.".join(table.order_by), **names)
        rows = connection.execute(query).fetchall()
        changes += [Change(table.name, value, *row) for row in rows]
        connection.execute(read_sql(__package__, "sql/flag_revision", **names))
    return changes


def identity(table: Table) -> tuple[str, ...]:
    """Return the columns that identify a figure: the key, and its period."""
    has_period = any(column.name == PERIOD for column in table.columns)
    return (*table.key, *([PERIOD] if has_period and PERIOD not in table.key else []))


def is_exact(table: Table) -> str:
    """Return the SQL condition that a row `t` is published exactly; it reads table `indicator_class`.

    Figures of the province are exact in every table with a class by indicator.
    """
    if table.disclosure != "by_indicator":
        return "false" if table.disclosure == "sdc1" else "true"
    whole = "pham_vi = published_scope('province')" if _has(table, "pham_vi") else "cap = root_level()"
    protected = "select indicator_code from indicator_class where class = 'protected'"
    return f"(t.{whole} or coalesce(t.ma_chi_tieu, '') not in ({protected}))"


def value_has_sign(table: Table, value: str) -> bool:
    """Return True for a rate whose bound sign is in column `dau`."""
    return table.column(value).role == "rate" and _has(table, "dau")


def _has(table: Table, name: str) -> bool:
    return any(column.name == name for column in table.columns)


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
Không có số công bố đúng nào bị thay đổi.
No exact figure changed.
"""
PROTECTED = """
Chỉ liệt kê số công bố đúng. Số được bảo vệ (theo lĩnh vực, thủ tục; ý kiến dưới cấp tỉnh) của kỳ đã kết thúc giữ nguyên
cho đến khi ít nhất {thaw} trường hợp đã thay đổi, và không được liệt kê: danh sách ấy có thể để lộ một hồ sơ nộp muộn.
Only exact figures are listed. Protected ones (by field, by procedure, opinions below the province) of a closed period
stay until at least {thaw} cases have changed, and are not listed: such a list could give away a single late dossier.
"""
CELL_HEAD = "| bảng / table | cột / column | ô / cell | cũ / old | mới / new |\n|---|---|---|---|---|\n"


def changes_page(vintage: str, before: str | None, changes: list[Change], thaw: int, notice: str = "") -> str:
    """Return CHANGES.md: counts per table, then one line per revised exact figure.

    Args:
        vintage: Name of the vintage.
        before: Name of the vintage before; None for the first.
        changes: The revisions.
        thaw: Number of changed cases from which a protected table is published anew.
        notice: Text before everything else, '' for none.
    """
    page = HEAD.format(vintage=vintage, before=before or "–") + (f"{notice}\n" if notice else "")
    if before is None:
        return page + FIRST
    if not changes:
        return page + NONE + PROTECTED.format(thaw=thaw)
    counts: dict[str, int] = {}
    for change in changes:
        counts[change.table] = counts.get(change.table, 0) + 1
    page += "| bảng / table | số ô thay đổi / figures changed |\n|---|---|\n"
    page += "".join(f"| {table} | {count} |\n" for table, count in counts.items()) + "\n" + CELL_HEAD
    page += "".join(f"| {c.table} | {c.column} | {c.cell} | {c.old} | {c.new} |\n" for c in changes)
    return page + PROTECTED.format(thaw=thaw)
