"""Rows made by DuckDB: the bytes that XlsxWriter writes cell by cell, whatever the cells hold."""

import datetime as dt
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from pipelines.contracts.fields import Sentence
from pipelines.open_data.metadata.model import DescribedColumn
from pipelines.open_data.metadata.sheet_rows import SheetRows, create_cell_macros, fill_workbook
from pipelines.open_data.metadata.workbook import OPTIONS

TYPES = {"string": pl.String, "date": pl.Date, "integer": pl.Int64, "number": pl.Float64}
SIGNS = "a _x&<>\"'=\n\t\x01\x1f\x0b\xa0\u2028Ủy\U0001f600\ufffe\uffff0041"
# The library cuts texts beyond 32,767 signs; NUL is none in DuckDB.
TEXTS = st.one_of(st.text(SIGNS, max_size=12), st.sampled_from(["_x0041_", " _xFFFF_a", "=1+1", "0012"]))
DAYS = st.dates(dt.date(1900, 3, 1), dt.date(2100, 1, 1))
# XlsxWriter writes a whole number as a float with 16 digits.
ROWS = st.lists(
    st.tuples(
        TEXTS | st.none(),
        DAYS | st.none(),
        st.integers(-(2**60), 2**60) | st.none(),
        st.floats(allow_nan=False, allow_infinity=False) | st.decimals(0, 100, places=2).map(float) | st.none(),
        DAYS,
    ),
    min_size=1,
    max_size=12,
)
KINDS = ("string", "date", "integer", "number", "date")
HEADER = 2
MADE = {"created": dt.datetime(2024, 12, 31)}


COLUMNS = tuple(
    DescribedColumn(f"column {at}", Sentence(vi=kind, en=kind), kind, False, None, (), None, None, ())
    for at, kind in enumerate(KINDS)
)


def write_head(workbook: Workbook, sheet: Worksheet) -> Any:
    """Write the header, and return the format of days, of which another format comes first."""
    bold, day = workbook.add_format({"bold": True}), workbook.add_format({"num_format": "yyyy-mm-dd"})
    for at, kind in enumerate(KINDS):
        sheet.write_string(0, at, kind, bold)
        sheet.write_string(1, at, kind)
    return day


def cell_by_cell(parts: list[list[tuple[Any, ...]]], folder: Path) -> dict[str, bytes]:
    written = BytesIO()
    with Workbook(written, OPTIONS | {"tmpdir": str(folder)}) as workbook:
        workbook.set_properties(MADE)
        for rows in parts:
            sheet = workbook.add_worksheet()
            day = write_head(workbook, sheet)
            for line, row in enumerate(rows, HEADER):
                for at, value in enumerate(row):
                    if isinstance(value, str):
                        sheet.write_string(line, at, value)
                    elif isinstance(value, dt.date):
                        sheet.write_datetime(line, at, value, day)
                    elif value is not None:
                        sheet.write_number(line, at, value)
    return contents(written)


def at_once(parts: list[list[tuple[Any, ...]]], folder: Path) -> dict[str, bytes]:
    frame, path, sheets = BytesIO(), folder / "filled.xlsx", {}
    together = [row for rows in parts for row in rows]
    values = {name: [row[at] for row in together] for at, name in enumerate(column.name for column in COLUMNS)}
    schema = {column.name: TYPES[column.type] for column in COLUMNS}
    with duckdb.connect() as connection:
        create_cell_macros(connection)
        connection.register("given", pl.DataFrame(values, schema=schema, strict=False).to_arrow())
        connection.execute("create table everything as select * from given")
        with Workbook(frame, OPTIONS | {"tmpdir": str(folder)}) as workbook:
            workbook.set_properties(MADE)
            start = 0
            for number, rows in enumerate(parts, 1):
                sheet = workbook.add_worksheet()
                day = write_head(workbook, sheet)
                for at in (at for at, kind in enumerate(KINDS) if kind == "date"):
                    sheet.write_blank(HEADER, at, None, day)
                sheets[f"xl/worksheets/sheet{number}.xml"] = SheetRows(
                    connection, "everything", COLUMNS, start, len(rows), HEADER
                )
                start += len(rows)
        fill_workbook(frame, path, sheets)
    return contents(path)


def contents(place: Path | BytesIO) -> dict[str, bytes]:
    with zipfile.ZipFile(place) as archive:
        assert archive.testzip() is None
        return {info.filename: archive.read(info) for info in archive.infolist()}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(ROWS, min_size=1, max_size=3))
def test_rows_made_at_once_are_the_bytes_of_rows_written_cell_by_cell(
    tmp_path: Path, parts: list[list[tuple[Any, ...]]]
) -> None:
    assert at_once(parts, tmp_path) == cell_by_cell(parts, tmp_path)


@pytest.mark.parametrize("rows", [0, 1])
def test_a_sheet_without_rows_has_its_header_alone(tmp_path: Path, rows: int) -> None:
    parts: list[list[tuple[Any, ...]]] = [[("a", dt.date(2024, 1, 1), 1, 0.5, dt.date(2024, 2, 29))] * rows]
    sheet = at_once(parts, tmp_path)["xl/worksheets/sheet1.xml"]
    assert sheet.count(b"<row ") == HEADER + rows
    assert b'<dimension ref="A1:E%d"/>' % (HEADER + rows) in sheet
