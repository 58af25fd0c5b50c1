"""Rows of a sheet as XML, made by DuckDB: a million cells take a second, where a Python call per cell takes ten.

Belongs here: the XML of rows and cells, and putting rows into a workbook that has all but them. The bytes are those
that XlsxWriter would write (`tests/open_data/test_sheet_rows.py`). Does not belong here: everything else of a workbook
(`workbook`).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile

import duckdb

from pipelines.common.sql import quote_identifier, read_sql
from pipelines.open_data.metadata.model import DescribedColumn

Connection = duckdb.DuckDBPyConnection
AT_ONCE = 10_000
_END_OF_ROWS = b"</sheetData>"
_DIMENSION = re.compile(rb'(?<=<dimension ref="A1:)([A-Z]+)\d+')
_MODEL_ROW = re.compile(rb'<row r="\d+">(?:<c r="[A-Z]+\d+" s="\d+"/>)+</row>(?=</sheetData>)')
_MODEL_CELL = re.compile(rb'r="([A-Z]+)\d+" s="(\d+)"')


@dataclass(frozen=True)
class SheetRows:
    """The rows of one sheet: consecutive rows of a table that was filled in the order of the sheet.

    Attributes:
        connection: The database, with the macros (`create_cell_macros`).
        table: The table.
        columns: Its columns.
        start: How many of its rows come before.
        count: How many rows the sheet has.
        header: How many rows of the sheet are above.
    """

    connection: Connection
    table: str
    columns: tuple[DescribedColumn, ...]
    start: int
    count: int
    header: int

    def xml(self, styles: Mapping[str, int]) -> Iterator[bytes]:
        """Yield the rows as XML, some thousand at a time.

        Args:
            styles: By column of the sheet (A, B, …) the number of its cells' format; only those of days have one.
        """
        from xlsxwriter.utility import xl_col_to_name

        cells = ", ".join(_cell(column, xl_col_to_name(at), styles) for at, column in enumerate(self.columns))
        query = read_sql(__package__, "sql/sheet_rows", table=self.table, cells=cells)
        cursor = self.connection.cursor()
        cursor.execute(query, {"start": self.start, "count": self.count, "header": self.header})
        while rows := cursor.fetchmany(AT_ONCE):
            yield "".join(row for (row,) in rows).encode()


def create_cell_macros(connection: Connection) -> None:
    """Create the macros that `SheetRows` needs."""
    connection.execute(read_sql(__package__, "sql/cell_macros"))


def fill_workbook(frame: BinaryIO, path: Path, sheets: Mapping[str, SheetRows]) -> None:
    """Write a workbook: the frame, with rows in its sheets.

    Args:
        frame: A workbook whose sheets end below their header or, where columns hold days, with a row of one empty cell
            in each of these, which tells its format.
        path: Where the workbook is written.
        sheets: The rows of each part of the frame that gets some, such as `xl/worksheets/sheet2.xml`.
    """
    with ZipFile(frame) as given, ZipFile(path, "w", ZIP_DEFLATED) as written:
        for part in given.infolist():
            content, rows = given.read(part), sheets.get(part.filename)
            part.compress_type = ZIP_DEFLATED
            with written.open(part, "w", force_zip64=rows is not None) as stream:
                for piece in [content] if rows is None else _filled(content, rows):
                    stream.write(piece)


def _filled(sheet: bytes, rows: SheetRows) -> Iterator[bytes]:
    """Yield a sheet with rows below its header, in place of the model row."""
    model = _MODEL_ROW.search(sheet)
    styles = {name.decode(): int(style) for name, style in _MODEL_CELL.findall(model[0] if model else b"")}
    head, _, tail = _MODEL_ROW.sub(b"", sheet).partition(_END_OF_ROWS)
    yield _DIMENSION.sub(rb"\g<1>%d" % (rows.header + rows.count), head)
    yield from rows.xml(styles)
    yield _END_OF_ROWS + tail


def _cell(column: DescribedColumn, name: str, styles: Mapping[str, int]) -> str:
    """Return the SQL expression of a cell's XML."""
    place, value = f"concat('{name}', line)", quote_identifier(column.name)
    if column.type == "string":
        return f"text_cell({place}, {value})"
    return f"day_cell({place}, {styles[name]}, {value})" if column.type == "date" else f"number_cell({place}, {value})"
