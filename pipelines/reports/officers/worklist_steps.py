"""The sheet of a unit's worklist on its steps: which step of which procedure takes how many days.

Belongs here: its columns and cells. Does not belong here: which rows these are (`worklist`), the page on the whole
province (`reports.desk`), how sheets look (`sheets`).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pipelines.reports.officers.facts import Row
from pipelines.reports.officers.sheets import Column, Kind, Sheets
from pipelines.reports.officers.words import number_text, word

# Width in characters, kind of cell, and what stands there.
COLUMNS: dict[str, tuple[float, Kind, Callable[[Row], Any]]] = {
    "procedure": (34, "text", lambda row: row["procedure_name"]),
    "ended": (8, "number", lambda row: row["finished_dossiers"]),
    "wait_median": (9, "number", lambda row: row["wait_median"]),
    "wait_p90": (9, "number", lambda row: row["wait_p90"]),
    "step_department": (22, "text", lambda row: row["department"] or word("steps_no_department")),
    "step_status": (18, "text", lambda row: row["status_name"]),
    "steps": (8, "number", lambda row: row["steps"]),
    "step_days": (9, "number", lambda row: row["elapsed_working_days"]),
    "days_each": (9, "decimal", lambda row: row["days_per_dossier"]),
    "step_median": (9, "number", lambda row: row["median_working_days"]),
    "step_p90": (9, "number", lambda row: row["p90_working_days"]),
    "step_waited": (9, "number", lambda row: row["waiting_working_days"]),
    "step_late": (8, "number", lambda row: row["late_steps"]),
    "step_rework": (8, "number", lambda row: row["rework_steps"]),
}


def write_steps_sheet(sheets: Sheets, rows: Sequence[Row], statuses: Mapping[str, str]) -> None:
    """Add the sheet; without rows it says that there is nothing.

    Args:
        sheets: The workbook of the unit.
        rows: Its steps, by procedure (sql/worklist_steps.sql).
        statuses: Names of statuses by code.
    """
    notes = [word("note_steps")]
    if rows and rows[0]["rows_of_unit"] > len(rows):
        notes.append(word("steps_more", shown=number_text(len(rows)), count=number_text(rows[0]["rows_of_unit"])))
    columns = [Column(word(f"head_{name}"), width, kind) for name, (width, kind, _) in COLUMNS.items()]
    named = [{**row, "status_name": statuses.get(str(row["status"]), row["status"])} for row in rows]
    cells = [[cell(row) for _, _, cell in COLUMNS.values()] for row in named]
    year = word("title_steps_year", year=rows[0]["finished_year"]) if rows else ""
    sheets.table(word("sheet_steps"), word("title_steps") + year, notes, columns, cells)
