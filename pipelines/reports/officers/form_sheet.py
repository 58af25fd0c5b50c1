"""The sheet of form II.06a: title block, header of three rows, the row (1) to (13), rows, signatures.

Belongs here: the form's look, which is the State's. Totals are numbers, no formulas: they are the warehouse's. Does not
belong here: which rows it has (`form`).
"""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipelines.registers.report_words import ReportWords
from pipelines.reports.officers.form import COLUMNS, SUMS, FormRow, column_number
from pipelines.reports.officers.sheets import Sheets
from pipelines.reports.officers.words import level_name, word

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

WIDTHS = (6, 42, *(10.5,) * len(COLUMNS))
ROW_HEIGHT, TALL_ROW = 18, 34
LAST = len(WIDTHS) - 1
# The header: text, first row, first column, last row, last column; rows from the top of the header.
HEADER = (
    ("header_number", 0, 0, 2, 0),
    ("header_received", 0, 2, 0, 5),
    ("header_resolved", 0, 6, 0, 9),
    ("header_open", 0, 10, 0, 12),
    ("header_total", 1, 2, 2, 2),
    ("header_in_period", 1, 3, 1, 4),
    ("header_received_online", 2, 3, 2, 3),
    ("header_received_direct", 2, 4, 2, 4),
    ("header_carried_over", 1, 5, 2, 5),
    ("header_total", 1, 6, 2, 6),
    ("header_resolved_early", 1, 7, 2, 7),
    ("header_resolved_on_time", 1, 8, 2, 8),
    ("header_resolved_overdue", 1, 9, 2, 9),
    ("header_total", 1, 10, 2, 10),
    ("header_open_in_time", 1, 11, 2, 11),
    ("header_open_overdue", 1, 12, 2, 12),
)


def number_labels() -> list[str]:
    """Return the row of numbers: `(1)`, `(2)`, `(3)=(4)+(5)+(6)` and so on."""
    labels = ["(1)", "(2)"]
    for column in COLUMNS:
        parts = "+".join(f"({column_number(part)})" for part in SUMS.get(column, ()))
        labels.append(f"({column_number(column)})" + (f"={parts}" if parts else ""))
    return labels


def write_form(sheets: Sheets, name: str, words: ReportWords, period: dict[str, str], as_of: dt.date,
               rows: Sequence[FormRow], *, by_field: bool = False) -> None:  # fmt: skip
    """Add the sheet of the form.

    Args:
        sheets: The workbook.
        name: The sheet's name.
        words: What stands at its head.
        period: Blanks of the texts on the period (`period_words`).
        as_of: The day of the figures.
        rows: The rows, totals included.
        by_field: Whether the rows are fields.
    """
    sheet = sheets.add(name, WIDTHS)
    top = _write_head(sheets, sheet, words, period, by_field=by_field)
    for code, first, left, last, right in (*HEADER, ("header_field" if by_field else "header_unit", 0, 1, 2, 1)):
        if (first, left) == (last, right):
            sheet.write_string(top + first, left, word(code), sheets.header)
        else:
            sheet.merge_range(top + first, left, top + last, right, word(code), sheets.header)
    for at, height in enumerate((ROW_HEIGHT, ROW_HEIGHT, 46)):
        sheet.set_row(top + at, height)
    small = sheets.format(border=1, align="center", italic=True, font_size=9, text_wrap=True)
    for at, text in enumerate(number_labels()):
        sheet.write_string(top + 3, at, text, small)
    sheet.set_row(top + 3, 26)
    line = top + 4
    for row in rows:
        _write_row(sheets, sheet, line, row)
        line += 1
    sheet.freeze_panes(top + 4, 2)
    sheet.repeat_rows(top, top + 3)
    end = _write_foot(sheets, sheet, line, words, as_of)
    sheet.print_area(0, 0, end, LAST)


def _write_head(sheets: Sheets, sheet: "Worksheet", words: ReportWords, period: dict[str, str], *,
                by_field: bool) -> int:  # fmt: skip
    """Write the title block, and return the first row of the header."""
    bold, plain = sheets.format(bold=True), sheets.format()
    centred = sheets.format(align="center", italic=True)
    sheet.write_string(0, 0, words.form.code, bold)
    sheet.write_string(1, 0, words.form.basis, sheets.format(italic=True, font_size=11))
    sheet.write_string(0, 9, word("form_reporting", unit=words.reporting_unit), plain)
    sheet.write_string(1, 9, word("form_receiving", unit=words.receiving_unit), plain)
    title = words.form.title_by_field if by_field else words.form.title
    sheet.merge_range(3, 0, 3, LAST, title, sheets.title)
    sheet.set_row(3, 24)
    sheet.merge_range(4, 0, 4, LAST, word("form_period", **period), centred)
    line = 5
    if sheets.paper.synthetic:
        sheet.merge_range(line, 0, line, LAST, word("synthetic"), sheets.warning)
        line += 1
    right = sheets.format(align="right", italic=True, font_size=11)
    sheet.merge_range(line, 9, line, LAST, word("form_measured_in", what=words.form.measured_in), right)
    return line + 1


def _write_row(sheets: Sheets, sheet: "Worksheet", line: int, row: FormRow) -> None:
    bold = row.kind in ("level", "total")
    name = {"level": lambda: level_name(row.level), "total": lambda: word("total")}.get(row.kind, lambda: row.name)()
    look = {"bold": True, "bg_color": "#F7F7F7"} if bold else {}
    sheet.write_string(line, 0, row.number, sheets.cell("code", **{**look, "align": "center"}))
    sheet.write_string(line, 1, name, sheets.cell("text", **look))
    for at, value in enumerate(row.figures, start=2):
        sheet.write_number(line, at, value, sheets.cell("number", **look))
    sheet.set_row(line, TALL_ROW if len(name) > WIDTHS[1] - 2 else ROW_HEIGHT)


def _write_foot(sheets: Sheets, sheet: "Worksheet", line: int, words: ReportWords, as_of: dt.date) -> int:
    """Write footnote, version, date and signatures, and return the last row."""
    sheet.merge_range(line, 0, line, LAST, word("form_footnote"), sheets.note)
    sheet.set_row(line, 32)
    sheet.merge_range(line + 1, 0, line + 1, LAST, sheets.paper.version_line, sheets.note)
    date = word("form_date", place=words.place, year=as_of.year)
    sheet.merge_range(line + 2, 9, line + 2, LAST, date, sheets.format(italic=True, align="center"))
    bold = sheets.format(bold=True, align="center", text_wrap=True)
    sheet.merge_range(line + 3, 1, line + 3, 3, words.preparer_title, bold)
    sheet.merge_range(line + 3, 9, line + 3, LAST, words.signer_title, bold)
    return line + 7
