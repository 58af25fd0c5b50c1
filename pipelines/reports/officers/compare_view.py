"""Print how an officer's form compares with ours, or write it to a workbook.

Does not belong here: comparing (`compare`).
"""

import datetime as dt
from pathlib import Path

from rich.console import Console
from rich.table import Table

from pipelines.common.files import atomic_write
from pipelines.common.i18n import say
from pipelines.reports.officers.changes import form_column_name
from pipelines.reports.officers.compare import Comparison, DifferentCell, row_name
from pipelines.reports.officers.files import FILE_MODE
from pipelines.reports.officers.form import column_number
from pipelines.reports.officers.sheets import Column, Paper, Sheets, new_book
from pipelines.reports.officers.words import NOTHING, day_text, signed_text, word

CELLS_SHOWN, DOSSIERS_SHOWN, ROWS_SHOWN = 40, 10, 20


def show_comparison(console: Console, found: Comparison) -> None:
    """Print cells that differ, each with the first dossiers behind ours, and rows that only one form has."""
    _say(console, "compare_of", period=found.period["period_code"], version=found.run["version"],
         as_of=day_text(found.run["as_of"]), rows=found.matched)  # fmt: skip
    if found.run["is_synthetic"]:
        console.print(f"[bold yellow]{say('summary_synthetic')}[/]")
    if found.cells:
        table = Table()
        for name in say("compare_header").split("|"):
            table.add_column(name)
        for cell in found.cells[:CELLS_SHOWN]:
            table.add_row(cell.theirs.place, row_name(cell.row), f"({column_number(cell.column)})", str(cell.ours),
                          _theirs(cell), _difference(cell))  # fmt: skip
        console.print(table)
        for cell in found.cells[:CELLS_SHOWN]:
            _say(console, "compare_dossiers", cell=cell.theirs.place, codes=_some_dossiers(cell))
        if len(found.cells) > CELLS_SHOWN:
            _say(console, "compare_more", count=len(found.cells) - CELLS_SHOWN)
    for row in found.unmatched[:ROWS_SHOWN]:
        _say(console, "compare_unmatched", line=row.line)
    for own in found.absent[:ROWS_SHOWN]:
        _say(console, "compare_absent", unit=row_name(own))
    if len(found.unmatched) > ROWS_SHOWN or len(found.absent) > ROWS_SHOWN:
        _say(console, "compare_more_rows", unmatched=len(found.unmatched), absent=len(found.absent))
    _say(console, "compare_same" if found.agrees else "compare_differs", cells=len(found.cells))


def write_comparison(found: Comparison, path: Path) -> None:
    """Write a workbook: the cells that differ, and every dossier behind ours."""
    line = word("version_line", version=found.run["version"], as_of=day_text(found.run["as_of"]))
    created = dt.datetime.combine(found.run["as_of"], dt.time())
    with atomic_write(path, FILE_MODE) as waiting, new_book(waiting, word("title_cells"), created) as book:
        sheets = Sheets(book, Paper(line, bool(found.run["is_synthetic"])))
        columns = [
            Column(word("head_cell"), 10, "code"), Column(word("head_unit"), 50), Column(word("head_column"), 40),
            Column(word("head_ours"), 14, "number"), Column(word("head_theirs"), 14, "number"),
            Column(word("head_difference"), 12, "code"),
        ]  # fmt: skip
        rows = [[cell.theirs.place, row_name(cell.row), _column(cell), cell.ours, cell.theirs.value, _difference(cell)]
                for cell in found.cells]  # fmt: skip
        notes = [*(say("compare_unmatched", line=row.line) for row in found.unmatched[:ROWS_SHOWN]),
                 *(say("compare_absent", unit=row_name(own)) for own in found.absent[:ROWS_SHOWN])]  # fmt: skip
        sheets.table(word("sheet_cells"), word("title_cells"), notes, columns, rows)
        _write_dossiers(sheets, found)


def _write_dossiers(sheets: Sheets, found: Comparison) -> None:
    columns = [
        Column(word("head_cell"), 10, "code"), Column(word("head_column"), 40), Column(word("head_unit"), 40),
        Column(word("head_dossier"), 26, "code"), Column(word("head_procedure_code"), 14, "code"),
        Column(word("head_received"), 12, "day"), Column(word("head_due"), 12, "day"),
        Column(word("head_finished"), 12, "day"), Column(word("head_received_as"), 26),
        Column(word("head_ended_as"), 26),
    ]  # fmt: skip
    rows = [
        [cell.theirs.place, _column(cell), row_name(cell.row), one["dossier_code"], one["procedure_code"],
         one["received_date"], one["due_date"], one["finished_date"], form_column_name(one["received_as"]),
         form_column_name(one["ended_as"])]
        for cell in found.cells for one in cell.dossiers
    ]  # fmt: skip
    sheets.table(word("sheet_dossiers"), word("title_dossiers"), [word("note_dossiers")], columns, rows)


def _column(cell: DifferentCell) -> str:
    return f"({column_number(cell.column)}) {form_column_name(cell.column)}"


def _theirs(cell: DifferentCell) -> str:
    if not cell.theirs.is_readable:
        return say("compare_unreadable")
    return NOTHING if cell.theirs.value is None else str(cell.theirs.value)


def _difference(cell: DifferentCell) -> str:
    return NOTHING if cell.difference is None else signed_text(cell.difference)


def _some_dossiers(cell: DifferentCell) -> str:
    codes = [one["dossier_code"] for one in cell.dossiers[:DOSSIERS_SHOWN]]
    return ", ".join([*codes, *(["…"] if len(cell.dossiers) > DOSSIERS_SHOWN else [])]) or NOTHING


def _say(console: Console, code: str, **values: object) -> None:
    console.print(say(code, **values), highlight=False, markup=False, soft_wrap=True)
