"""The XLSX edition: all tables in one workbook, for use in a spreadsheet.

Belongs here: sheets, their headers and formats. Numbers, dates and texts keep their type, also texts that look like a
formula; a cell without a figure is empty, with its flag in the next column. The rows are read back from the CSV files.
The same rows give the same bytes: no clock is used, and the library writes fixed dates into the parts of the file. Does
not belong here: the cells below the headers (`sheet_rows`), texts of the first and last sheet (`cover`).
"""

import datetime as dt
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from pipelines.common.i18n import LANGUAGES
from pipelines.common.sql import quote_identifier
from pipelines.open_data.files import read_table
from pipelines.open_data.metadata.cover import column_lines, readme_lines
from pipelines.open_data.metadata.model import DescribedTable, Description
from pipelines.open_data.metadata.sheet_rows import SheetRows, create_cell_macros, fill_workbook
from pipelines.open_data.texts import text_of
from pipelines.registers.publication import PublicationRegister

if TYPE_CHECKING:
    from xlsxwriter import Workbook

Connection = duckdb.DuckDBPyConnection
HEADER_ROWS = 2
# Rows that a sheet can hold below its header, by the format.
MOST_ROWS = 1_048_576 - HEADER_ROWS
NARROW, WIDE = 8, 48
OPTIONS = {
    "constant_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False,
}  # fmt: skip


def workbook_name(description: Description) -> str:
    """Return the name of the workbook's file."""
    return f"{description.dataset.name}.xlsx"


def sheet_names(table: DescribedTable, most_rows: int = MOST_ROWS) -> list[str]:
    """Return the names of a table's sheets: its own name, then numbered ones for rows beyond `most_rows`."""
    sheets = max(1, -(-table.rows // most_rows))
    return [table.name if number == 1 else f"{table.name} ({number})" for number in range(1, sheets + 1)]


def write_workbook(connection: Connection, register: PublicationRegister, description: Description, folder: Path,
                   most_rows: int = MOST_ROWS) -> Path:  # fmt: skip
    """Write the workbook beside the tables in `folder`.

    Args:
        connection: A database for reading the CSV files back.
        register: What is published.
        description: The description of the vintage.
        folder: Folder of the tables.
        most_rows: Most rows per sheet.

    Returns:
        Its path.
    """
    from xlsxwriter import Workbook

    path, frame = folder / workbook_name(description), BytesIO()
    create_cell_macros(connection)
    rows: dict[str, SheetRows] = {}
    # Temporary files lie on the disk of the target folder, not in the system's.
    with Workbook(frame, OPTIONS | {"tmpdir": str(folder)}) as workbook:
        workbook.set_properties(_properties(description))
        sheets = {table.name: sheet_names(table, most_rows) for table in description.tables}
        _write_words(workbook, " – ".join(getattr(text_of("sheet_readme"), lang) for lang in LANGUAGES),
                     readme_lines(description, sheets), [30, 80, 80])  # fmt: skip
        for table in description.tables:
            read_back = f"sheet {table.name}"
            # The audit has found the columns of this very file to be the register's.
            read_table(connection, register.table(table.name), folder, read_back)
            widths = _widths(connection, table, read_back)
            for number, name in enumerate(sheets[table.name]):
                start = number * most_rows
                own = SheetRows(connection, quote_identifier(read_back), table.columns, start,
                                min(table.rows - start, most_rows), HEADER_ROWS)  # fmt: skip
                _write_header(workbook, name, table, own.count, widths, synthetic=description.vintage.synthetic)
                rows[f"xl/worksheets/sheet{len(workbook.worksheets())}.xml"] = own
        _write_words(workbook, " – ".join(getattr(text_of("sheet_columns"), lang) for lang in LANGUAGES),
                     column_lines(description), [24, 26, 50, 50, 10, 22, 8, 12, 80])  # fmt: skip
    fill_workbook(frame, path, rows)
    for own in rows.values():
        connection.execute(f"drop table if exists {own.table}")
    return path


def _properties(description: Description) -> dict[str, Any]:
    vintage = description.vintage
    return {
        "title": description.title.vi, "subject": description.place.vi, "author": description.publisher.name.vi,
        "keywords": ", ".join(description.keywords.vi), "comments": vintage.name,
        # The last day of the data instead of the time of writing; without data the first year of the format.
        "created": dt.datetime.fromisoformat(vintage.last_day or "2007-01-01"),
    }  # fmt: skip


def _widths(connection: Connection, table: DescribedTable, read_back: str) -> list[int]:
    """Return column widths in characters: that of the longest value or name, between NARROW and WIDE."""
    longest = ", ".join(f"max(length(cast({column.name} as varchar)))" for column in table.columns)
    found = connection.execute(f"select {longest} from {quote_identifier(read_back)}").fetchone() or ()  # noqa: S608 - names of ours
    return [
        min(WIDE, max(NARROW, len(column.name) + 3, (width or 0) + 1))
        for column, width in zip(table.columns, found, strict=True)
    ]


def _write_header(workbook: "Workbook", name: str, table: DescribedTable, count: int, widths: list[int],
                  *, synthetic: bool) -> None:  # fmt: skip
    """Write a sheet as far as its rows begin, and below an empty cell in each column of days, for `fill_workbook`."""
    sheet = workbook.add_worksheet(name)
    title_format = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E8EEF4"})
    name_format = workbook.add_format({"bold": True, "font_color": "#44546A", "bottom": 1})
    day_format = workbook.add_format({"num_format": "yyyy-mm-dd"})
    if synthetic:
        sheet.set_header(f"&C&B{text_of('synthetic').vi}")  # on paper, where the first sheet may be missing
    for at, width in enumerate(widths):
        sheet.set_column(at, at, width)
    for at, column in enumerate(table.columns):
        sheet.write_string(0, at, column.title.vi, title_format)
    for at, column in enumerate(table.columns):
        sheet.write_string(1, at, column.name, name_format)
    sheet.freeze_panes(HEADER_ROWS, 0)
    sheet.autofilter(1, 0, HEADER_ROWS - 1 + count, len(table.columns) - 1)
    for at, column in enumerate(table.columns):
        if column.type == "date":
            sheet.write_blank(HEADER_ROWS, at, None, day_format)


def _write_words(workbook: "Workbook", name: str, lines: list[list[str]], widths: list[int]) -> None:
    """Write a sheet of texts; its first line is the heading.

    A text of the form `internal:…` is a link to a sheet.
    """
    sheet = workbook.add_worksheet(name)
    plain = workbook.add_format({"text_wrap": True, "valign": "top"})
    heading = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E8EEF4"})
    for at, width in enumerate(widths):
        sheet.set_column(at, at, width)
    sheet.freeze_panes(1, 0)
    for number, line in enumerate(lines):
        for at, text in enumerate(line):
            if text.startswith("internal:"):
                sheet.write_url(number, at, text, string=text.partition("'")[2].partition("'")[0])
            elif text:
                sheet.write_string(number, at, text, plain if number else heading)
