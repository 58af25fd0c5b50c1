"""The Excel list of one unit: what is late, due, due soon, otherwise on the portal, or waiting for long.

Belongs here: its sheets with their columns and cells. Does not belong here: which dossiers these are (`worklist`), how
sheets look (`sheets`).
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.registers.worklist import Worklist
from pipelines.reports.officers.facts import Row
from pipelines.reports.officers.sheets import Column, Kind, Paper, Sheets, new_book
from pipelines.reports.officers.words import day_text, number_text, share_text, word
from pipelines.reports.officers.worklist_steps import write_steps_sheet

# Rows of one sheet; it says where there are more.
ROWS_SHOWN = 5_000
CATEGORIES = ("overdue", "due_today", "due_soon", "waiting_long", "paused", "no_due_date", "in_time")


@dataclass(frozen=True)
class WorkSheet:
    """One sheet: its name in words.yml, which dossiers are on it, and its own columns between those that all have."""

    code: str
    holds: Callable[[Row], bool]
    columns: tuple[str, ...]


SHEETS = (
    WorkSheet(
        "overdue",
        lambda row: row["category"] == "overdue",
        ("received", "due", "work_days_late", "apologised", "portal"),
    ),
    WorkSheet("due_today", lambda row: row["category"] == "due_today", ("received", "due", "risk", "portal")),
    WorkSheet(
        "due_soon", lambda row: row["category"] == "due_soon", ("received", "due", "days_left", "risk", "portal")
    ),
    WorkSheet(
        "disagreeing",
        lambda row: row["portal"] not in (None, "agrees"),
        ("portal", "status", "portal_status", "due", "portal_due", "portal_finished"),
    ),
    WorkSheet(
        "waiting_long",
        lambda row: row["category"] == "waiting_long",
        ("received", "due", "paused_since", "paused_days", "portal"),
    ),
)
FIRST, LAST = ("dossier", "procedure", "received_by", "department"), ("action",)
# Width in characters and kind of cell of each column; together they fill a page across that can be read.
COLUMNS: dict[str, tuple[float, Kind]] = {
    "dossier": (20, "code"), "procedure": (32, "text"), "received_by": (15, "text"), "department": (14, "text"),
    "status": (12, "text"), "received": (11, "day"), "due": (11, "day"), "work_days_late": (9, "number"),
    "days_left": (9, "number"), "apologised": (11, "day"), "risk": (12, "text"), "portal": (12, "text"),
    "portal_status": (12, "text"), "portal_due": (11, "day"), "portal_finished": (11, "day"),
    "paused_since": (11, "day"), "paused_days": (9, "number"), "action": (24, "text"),
}  # fmt: skip


def write_list(
    path: Path,
    counts: Row,
    dossiers: Sequence[Row],
    steps: Sequence[Row] | None,
    *,
    run: Row,
    register: Worklist,
    statuses: Mapping[str, str],
) -> None:
    """Write the list of one unit.

    Args:
        path: The file.
        counts: How many of its open dossiers stand how.
        dossiers: Those to do something about, most urgent first.
        steps: Steps of its procedures, those that take most days first; None if the version knows none.
        run: The row of `dim_run`.
        register: The limits, which the sheets name.
        statuses: Names of statuses by code.
    """
    line = word("version_line", version=run["version"], as_of=day_text(run["as_of"]))
    limits = {"soon": register.soon_days, "waiting": register.waiting_days}
    with new_book(path, str(counts["unit_name"]), dt.datetime.combine(run["as_of"], dt.time())) as book:
        sheets = Sheets(book, Paper(line, bool(run["is_synthetic"])))
        _write_cover(sheets, counts, run, limits, has_steps=steps is not None)
        for sheet in SHEETS:
            rows = [row for row in dossiers if sheet.holds(row)]
            _write_sheet(sheets, sheet, rows, statuses, limits)
        if steps is not None:
            write_steps_sheet(sheets, steps, statuses)


def _write_cover(sheets: Sheets, counts: Row, run: Row, limits: Mapping[str, int], *, has_steps: bool) -> None:
    sheet = sheets.add(word("sheet_cover"), [46, 14, 60])
    centred = sheets.format(align="center")
    sheet.merge_range(0, 0, 0, 2, str(counts["unit_name"]).upper(), sheets.format(bold=True, align="center"))
    title = word("worklist_title", as_of=day_text(run["as_of"]))
    sheet.merge_range(2, 0, 2, 2, title, sheets.format(bold=True, align="center", font_size=16))
    sheet.set_row(2, 28)
    sheet.merge_range(3, 0, 3, 2, sheets.paper.version_line, centred)
    if sheets.paper.synthetic:
        sheet.merge_range(4, 0, 4, 2, word("synthetic"), sheets.warning)
    for at, header in enumerate(("head_category", "head_count", "head_where")):
        sheet.write_string(6, at, word(header), sheets.header)
    with_sheet = {one.code for one in SHEETS}
    rows = [("open", counts["open"]), *((code, counts[code]) for code in CATEGORIES)]
    if counts["has_portal"]:
        rows.append(("disagreeing", counts["disagreeing"]))
    for at, (code, count) in enumerate(rows, start=7):
        bold = {"bold": True} if code == "open" else {}
        sheet.write_string(at, 0, word(f"category_{code}", **limits), sheets.cell("text", **bold))
        sheet.write_number(at, 1, count, sheets.cell("number", **bold))
        where = word("worklist_on_sheet", sheet=word(f"sheet_{code}")) if code in with_sheet else ""
        sheet.write_string(at, 2, where, sheets.cell("text"))
    notes = ("worklist_note", "worklist_note_risk", *(["worklist_note_steps"] if has_steps else []))
    for at, note in enumerate(notes, start=8 + len(rows)):
        sheet.merge_range(at, 0, at, 2, word(note), sheets.note)
        sheet.set_row(at, 34)


def _write_sheet(
    sheets: Sheets, sheet: WorkSheet, rows: Sequence[Row], statuses: Mapping[str, str], limits: Mapping[str, int]
) -> None:
    names = (*FIRST, *sheet.columns, *LAST)
    columns = [Column(word(f"head_{name}"), *COLUMNS[name]) for name in names]
    notes = [word(f"note_{sheet.code}", **limits)]
    if len(rows) > ROWS_SHOWN:
        notes.append(word("worklist_more", shown=number_text(ROWS_SHOWN), count=number_text(len(rows))))
    cells = [[CELLS[name](row, statuses) for name in names] for row in rows[:ROWS_SHOWN]]
    sheets.table(word(f"sheet_{sheet.code}"), word(f"title_{sheet.code}", **limits), notes, columns, cells)


def _late(working_days_left: int | None) -> int | None:
    return None if working_days_left is None else -working_days_left


def risk_text(row: Row) -> str | None:
    """Return the risk with how many were compared, such as `32% (57 hồ sơ)`; None where it is not known."""
    if row["risk"] is None:
        return None
    return word("risk_of", share=share_text(round(row["risk"], 2)).replace(",00%", "%"), count=row["risk_cases"])


def portal_text(row: Row) -> str | None:
    """Return how the portal's copy stands to ours; None where that source was never delivered."""
    return None if row["portal"] is None else word(f"portal_{row['portal']}")


# What stands of a dossier in each column, given names of statuses by code.
CELLS: dict[str, Callable[[Row, Mapping[str, str]], Any]] = {
    "dossier": lambda row, _: row["dossier_code"], "procedure": lambda row, _: row["procedure_name"],
    "received_by": lambda row, _: row["receiving_unit_name"], "department": lambda row, _: row["department"],
    "status": lambda row, statuses: statuses.get(str(row["status_code"])),
    "received": lambda row, _: row["received_date"], "due": lambda row, _: row["due_date"],
    "days_left": lambda row, _: row["working_days_left"],
    "work_days_late": lambda row, _: _late(row["working_days_left"]),
    "apologised": lambda row, _: row["apologised_date"], "risk": lambda row, _: risk_text(row),
    "portal": lambda row, _: portal_text(row),
    "portal_status": lambda row, statuses: statuses.get(str(row["portal_status_code"])),
    "portal_due": lambda row, _: row["portal_due_date"], "portal_finished": lambda row, _: row["portal_finished_date"],
    "paused_since": lambda row, _: row["paused_since"], "paused_days": lambda row, _: row["paused_working_days"],
    "action": lambda row, _: row["action_vi"],
}  # fmt: skip
