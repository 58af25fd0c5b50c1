"""What changed against the vintage before: flags in the tables, lines in CHANGES.md.

Belongs here: comparing exact figures, cell by cell. A figure of another period is no change: a goal that shows a newer
one is not revised, nor is a figure that was published as provisional. Of protected figures nothing is listed: which of
them moved would give away a single late case. Does not belong here: why the warehouse says something else now (`tthc
explain`, the deliveries).
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.open_data.files import read_table
from pipelines.registers.publication import Column, PublicationRegister, Table

Connection = duckdb.DuckDBPyConnection
REVISED, PROVISIONAL = "r", "p"
BEFORE = "before"
PERIOD = "ky"
FLAG = """
    update "{table}" as t set {flag} = 'r'
    from "{before}" as b
    where {same} and t.{value} is not null and ({differs})
"""
LIST = """
    select {key} as cell, coalesce(cast(b.{value} as varchar), '(' || b.{flag} || ')', '') as old,
        coalesce(cast(t.{value} as varchar), '(' || t.{flag} || ')', '') as new
    from "{table}" as t join "{before}" as b on {same}
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


def flag_revisions(connection: Connection, register: PublicationRegister, previous: Path) -> list[Change]:
    """Set flag `r` on every figure that the previous vintage showed differently or hid.

    `previous` is the folder of that vintage; the tables are those of the scratch database.

    Returns:
        All changes, those to a hidden figure too, in the order of tables and rows.
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
        names = {"table": table.name, "before": BEFORE, "flag": flag.name, "value": value, "same": same,
                 "differs": differs}  # fmt: skip
        key = " || ' / ' || ".join(f"coalesce(cast(t.{name} as varchar), '')" for name in table.key)
        rows = connection.execute(LIST.format(key=key, order=", t.".join(table.order_by), **names)).fetchall()
        changes += [Change(table.name, value, *row) for row in rows]
        connection.execute(FLAG.format(**names))
    return changes


def identity(table: Table) -> tuple[str, ...]:
    """Return the columns that say which figure it is: the key, and the period that it is of."""
    has_period = any(column.name == PERIOD for column in table.columns)
    return (*table.key, *([PERIOD] if has_period and PERIOD not in table.key else []))


def is_exact(table: Table) -> str:
    """Return the SQL condition that a row is published exactly.

    Table `indicator_class` is there; the province's are exact.
    """
    if table.disclosure != "by_indicator":
        return "false" if table.disclosure == "sdc1" else "true"
    province = "pham_vi" if any(column.name == "pham_vi" for column in table.columns) else "cap"
    protected = "select indicator_code from indicator_class where class = 'protected'"
    return f"(t.{province} = 'tinh' or coalesce(t.ma_chi_tieu, '') not in ({protected}))"


def value_has_sign(table: Table, value: str) -> bool:
    """Return True for a rate whose sign stands beside it in column `dau`."""
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
    """Return CHANGES.md: the count per table, then one line per exact figure, old and new.

    Args:
        thaw: Of the rules.
        notice: What is said first.
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
